// Most tests wait for durable timers or storage, not for the processor.
[assembly: Parallelize(Workers = 8, Scope = ExecutionScope.MethodLevel)]
