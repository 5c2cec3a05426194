// Each test has a server of its own, and most wait for it or for durable delays.
[assembly: Parallelize(Workers = 4, Scope = ExecutionScope.MethodLevel)]
