using DurableTask.Tests.Crashes;

// The test assembly is also the process that the crash test kills: dotnet DurableTask.Tests.dll crash-worker FILE
return args is ["crash-worker", string path] ? await CrashWorker.RunAsync(path) : 1;
