using DurableTask.Sqlite.Tests.Crashes;

// The test assembly is also the process that the crash test kills: dotnet DurableTask.Sqlite.Tests.dll crash-worker FILE
return args is ["crash-worker", var path] ? await CrashWorker.RunAsync(path) : 1;
