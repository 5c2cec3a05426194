// Each test has an emulator, a port and a folder of its own; most of them wait. As many at a time as there are cores.
[assembly: Parallelize(Workers = 0, Scope = ExecutionScope.MethodLevel)]
