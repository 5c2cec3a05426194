namespace DurableMl.Cli.Processes;

/// <summary>A child that is started, waited for until it answers, and started again when it dies.</summary>
/// <param name="options">How to start it.</param>
/// <param name="isReady">Whether it answers.</param>
/// <param name="restarts">When to start it again.</param>
/// <param name="output">Where to report its deaths.</param>
/// <param name="time">The clock.</param>
internal sealed class SupervisedProcess(
    ChildProcessOptions options,
    Func<CancellationToken, Task<bool>> isReady,
    RestartPolicy restarts,
    TextWriter output,
    TimeProvider time) : IAsyncDisposable
{
    private const int LinesShown = 15;
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(100);
    private readonly CancellationTokenSource _stopping = new();
    private ChildProcess? _child;
    private Task _watch = Task.CompletedTask;

    /// <summary>What the person at the terminal calls it.</summary>
    public string Name => options.Name;

    /// <summary>How long it may take to answer after a start.</summary>
    public TimeSpan ReadyLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Called with the identity of each process that is started, before it is waited for.</summary>
    public Func<ProcessIdentity, Task> Started { get; init; } = _ => Task.CompletedTask;

    /// <summary>Runs as long as the process is kept up; fails with a <see cref="CliException"/> when that is given up.</summary>
    public Task Completion => _watch;

    /// <summary>Starts it and waits until it answers.</summary>
    /// <exception cref="CliException">It ended or did not answer in time; the message holds its last lines.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await StartChildAsync(cancellationToken);
        _watch = WatchAsync(_stopping.Token);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        try
        {
            await _watch;
        }
        catch (Exception exception) when (exception is OperationCanceledException or CliException)
        {
            // Reported through Completion.
        }

        if (_child is not null)
        {
            await _child.DisposeAsync();
        }

        _stopping.Dispose();
    }

    private async Task WatchAsync(CancellationToken stopping)
    {
        while (true)
        {
            var exitCode = await _child!.Exited.WaitAsync(stopping);
            await ReportAsync($"{Name} ended unexpectedly (exit code {exitCode}).");
            await RestartAsync(stopping);
        }
    }

    private async Task RestartAsync(CancellationToken stopping)
    {
        while (true)
        {
            if (restarts.NextDelay() is not { } delay)
            {
                throw new CliException($"{Name} keeps ending; gave up. Its log: {options.LogPath}");
            }

            await output.WriteLineAsync($"Starting {Name} again in {delay.TotalSeconds:0.#} s.");
            await Task.Delay(delay, time, stopping);
            try
            {
                await StartChildAsync(stopping);
                await output.WriteLineAsync($"{Name} is up again.");
                return;
            }
            catch (CliException exception)
            {
                await output.WriteLineAsync(exception.Message);
            }
        }
    }

    private async Task StartChildAsync(CancellationToken cancellationToken)
    {
        if (_child is not null)
        {
            await _child.DisposeAsync();
        }

        _child = ChildProcess.Start(options, time);
        await Started(_child.Identity);
        var started = time.GetTimestamp();
        while (!await isReady(cancellationToken))
        {
            if (_child.Exited.IsCompleted)
            {
                throw new CliException(WithLastLines($"{Name} ended while starting (exit code {await _child.Exited})."));
            }

            if (time.GetElapsedTime(started) > ReadyLimit)
            {
                throw new CliException(WithLastLines($"{Name} did not answer within {ReadyLimit.TotalSeconds:0} s."));
            }

            await Task.Delay(ProbeInterval, time, cancellationToken);
        }
    }

    private Task ReportAsync(string message) => output.WriteLineAsync(WithLastLines(message));

    private string WithLastLines(string message)
    {
        var lines = _child!.LastLines(LinesShown);
        return lines.Length == 0
            ? $"{message} It wrote nothing to {options.LogPath}."
            : $"{message} The end of {options.LogPath}:{Environment.NewLine}{string.Join(Environment.NewLine, lines.Select(line => "    " + line))}";
    }
}
