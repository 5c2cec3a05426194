// Each host and each trial waits for processes of its own, and no test has another's ports.
[assembly: Parallelize(Workers = 0, Scope = ExecutionScope.MethodLevel)]
