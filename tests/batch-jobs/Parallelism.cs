// Most of these tests wait for processes; two classes at a time keep two cores busy.
[assembly: Parallelize(Workers = 2, Scope = ExecutionScope.ClassLevel)]
