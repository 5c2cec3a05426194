using System.Diagnostics;
using System.Globalization;
using DurableMl.FunctionsHost.App;

namespace DurableMl.FunctionsHost.Worker;

/// <summary>The process that runs the app. It ends when the host does, however the host ends.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private const string GuardAssembly = "durableml-worker-guard.dll";
    private readonly Process _process;

    private readonly TaskCompletionSource _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private WorkerProcess(Process process) => _process = process;

    /// <summary>Its process id.</summary>
    public int Id => _process.Id;

    /// <summary>How it ended; meaningful once <see cref="Exited"/> has completed.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Starts the app.</summary>
    /// <param name="app">What to run.</param>
    /// <param name="channel">The conversation it is to open.</param>
    /// <param name="port">The loopback port where the host waits for it.</param>
    /// <param name="log">Takes what it writes to its console.</param>
    public static WorkerProcess Start(FunctionApp app, WorkerChannel channel, int port, WorkerLog log)
    {
        var start = new ProcessStartInfo(app.Executable)
        {
            WorkingDirectory = app.Folder,
            UseShellExecute = false,
            // Held open by this process alone: its end closes the pipe, which ends the worker (see the worker guard).
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(app.EntryAssembly);
        var url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/");
        var request = Guid.NewGuid().ToString();
        var length = int.MaxValue.ToString(CultureInfo.InvariantCulture);
        // Old names and new ones: which are read depends on the app's version of the worker.
        foreach (var argument in new[]
        {
            "--host", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture), "--workerId", channel.WorkerId, "--requestId", request,
            "--grpcMaxMessageLength", length, "--functions-uri", url, "--functions-worker-id", channel.WorkerId, "--functions-request-id", request,
            "--functions-grpc-max-message-length", length,
        })
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in app.Settings.Values)
        {
            if (!start.Environment.ContainsKey(name))
            {
                start.Environment[name] = value;
            }
        }

        start.Environment["FUNCTIONS_WORKER_DIRECTORY"] = app.Folder;
        start.Environment["FUNCTIONS_APPLICATION_DIRECTORY"] = app.Folder;
        start.Environment.Remove("ASPNETCORE_URLS");
        start.Environment.TryGetValue("DOTNET_STARTUP_HOOKS", out var hooks);
        start.Environment["FUNCTIONS_HOST_PREVIOUS_STARTUP_HOOKS"] = hooks ?? "";
        start.Environment["DOTNET_STARTUP_HOOKS"] =
            Path.Combine(AppContext.BaseDirectory, GuardAssembly) + (string.IsNullOrEmpty(hooks) ? "" : Path.PathSeparator + hooks);

        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        var worker = new WorkerProcess(process);
        // Not WaitForExitAsync, which also waits for whatever inherited the worker's console.
        process.Exited += (_, _) => worker._exited.TrySetResult();
        process.Start();
        process.OutputDataReceived += (_, line) => log.WriteConsole(line.Data, isError: false);
        process.ErrorDataReceived += (_, line) => log.WriteConsole(line.Data, isError: true);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return worker;
    }

    /// <summary>Completes when it has ended.</summary>
    public Task Exited => _exited.Task;

    /// <summary>Ends it and what it started.</summary>
    public void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended already.
        }
    }

    /// <inheritdoc />
    public void Dispose() => _process.Dispose();
}
