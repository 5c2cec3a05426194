using DurableTask.Sqlite.Tests;

// The test assembly is also the process that the crash test kills.
return args is ["crash", var path, var round] ? await CrashWorkload.RunAsync(path, round) : 1;
