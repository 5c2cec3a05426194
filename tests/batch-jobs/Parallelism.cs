// Most of these tests wait for processes of their own: as many at a time as there are cores, the Python modules among them.
[assembly: Parallelize(Workers = 0, Scope = ExecutionScope.MethodLevel)]
