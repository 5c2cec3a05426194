using System.Diagnostics;

namespace DurableMl.Cli.Processes;

/// <summary>
/// A running child whose output goes to a log file. Its standard input is a pipe that stays open as long as this process
/// lives, so that a child that watches it notices when this process is killed.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private const string SetSid = "/usr/bin/setsid";
    private static readonly TimeSpan OutputGrace = TimeSpan.FromSeconds(2);
    private readonly ChildProcessOptions _options;
    private readonly Process _process;
    private readonly RollingLog _log;
    private readonly Task _output;
    private readonly TimeProvider _time;

    private ChildProcess(ChildProcessOptions options, Process process, ProcessIdentity identity, RollingLog log, TimeProvider time)
    {
        _options = options;
        _process = process;
        _log = log;
        _time = time;
        Identity = identity;
        _output = Task.WhenAll(CopyAsync(process.StandardOutput.BaseStream), CopyAsync(process.StandardError.BaseStream));
        Exited = WaitForExitAsync();
    }

    /// <summary>The process's id and start time.</summary>
    public ProcessIdentity Identity { get; }

    /// <summary>Completes with the exit code when the process has ended.</summary>
    public Task<int> Exited { get; }

    /// <summary>Starts a child.</summary>
    /// <exception cref="CliException">The executable could not be started.</exception>
    public static ChildProcess Start(ChildProcessOptions options, TimeProvider time)
    {
        // In a session of its own a child is not hit by the terminal's Ctrl+C: the parent stops its children one after the other.
        var ownSession = OperatingSystem.IsLinux() && File.Exists(SetSid);
        var start = new ProcessStartInfo(ownSession ? SetSid : options.FileName)
        {
            WorkingDirectory = options.WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        if (ownSession)
        {
            start.ArgumentList.Add(options.FileName);
        }

        foreach (var argument in options.Arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in options.Environment)
        {
            start.Environment[name] = value;
        }

        var log = new RollingLog(options.LogPath);
        try
        {
            var process = Process.Start(start)!;
            var identity = ProcessIdentity.Of(process.Id) ?? new ProcessIdentity(process.Id, "ended at once");
            return new ChildProcess(options, process, identity, log, time);
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            log.DisposeAsync().AsTask().GetAwaiter().GetResult(); // Nothing was written, so nothing waits.
            throw new CliException($"{options.Name} could not be started: {exception.Message}", exception);
        }
    }

    /// <summary>The last lines it wrote.</summary>
    public string[] LastLines(int count) => RollingLog.Tail(_options.LogPath, count);

    /// <summary>Ends it (see <see cref="ProcessStop"/>) and waits for the rest of its output.</summary>
    public async Task StopAsync()
    {
        await ProcessStop.StopAsync(Identity, _options.StopGrace, _time);
        await Exited;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process.Dispose();
        await _log.DisposeAsync();
    }

    private async Task<int> WaitForExitAsync()
    {
        await _process.WaitForExitAsync();

        // A grandchild may hold the pipes open for longer than the child lives.
        await Task.WhenAny(_output, Task.Delay(OutputGrace, _time));
        return _process.ExitCode;
    }

    private async Task CopyAsync(Stream output)
    {
        var buffer = new byte[8 * 1024];
        try
        {
            int read;
            while ((read = await output.ReadAsync(buffer)) > 0)
            {
                await _log.AppendAsync(buffer.AsMemory(0, read), CancellationToken.None);
            }
        }
        catch (Exception exception) when (exception is ObjectDisposedException or OperationCanceledException)
        {
            // The child was let go of while something else held its output open.
        }
    }
}
