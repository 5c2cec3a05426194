using System.Globalization;
using DurableMl.FunctionsHost.App;
using DurableMl.FunctionsHost.Worker.Protocol;

namespace DurableMl.FunctionsHost.Worker;

/// <summary>
/// Keeps one worker running: starts it, gives it its functions, notices when it ends or hangs, and starts it again after a wait that grows
/// with each failure.
/// </summary>
internal sealed partial class WorkerSupervisor(
    FunctionApp app, FunctionsHostOptions options, WorkerLog log, ILogger<WorkerSupervisor> logger, TimeProvider time)
{
    /// <summary>How long a worker may take from its start until its functions are loaded.</summary>
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    /// <summary>How long an invocation waits for a worker that is being started.</summary>
    private static readonly TimeSpan InvocationPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    /// <summary>A worker that has lived this long was sound: the next one is started without a wait.</summary>
    private static readonly TimeSpan SoundAfter = TimeSpan.FromSeconds(60);

    /// <summary>So many starts may fail in a row before the first one that succeeds; then the app is taken for broken.</summary>
    private const int StartAttempts = 3;

    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private TaskCompletionSource<WorkerChannel> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WorkerChannel? _starting;
    private WorkerChannel? _current;
    private WorkerProcess? _process;
    private string? _restartReason;
    private Task _running = Task.CompletedTask;

    /// <summary>True while a worker is ready for invocations.</summary>
    public bool IsReady => Volatile.Read(ref _current) is not null;

    /// <summary>The worker's process id, or null while none runs.</summary>
    public int? ProcessId => Volatile.Read(ref _process)?.Id;

    /// <summary>Functions that the worker could not load, and why.</summary>
    public IReadOnlyDictionary<string, string> LoadFaults { get; private set; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Starts a worker and keeps one running.</summary>
    /// <param name="port">The loopback port where workers connect.</param>
    /// <returns>Completes when the first worker is ready.</returns>
    /// <exception cref="WorkerUnavailableException">The app cannot be started.</exception>
    public async Task StartAsync(int port)
    {
        var ready = _ready.Task;
        _running = RunAsync(port, _stopping.Token);
        await await Task.WhenAny(ready, _running);
        await ready;
    }

    /// <summary>Completes when no worker can be kept running any more.</summary>
    public Task Completion => _running;

    /// <summary>Gives a process its conversation, if it says the id of the worker that is being started.</summary>
    public WorkerChannel? Claim(string workerId)
    {
        lock (_gate)
        {
            var channel = _starting;
            if (channel is null || !string.Equals(channel.WorkerId, workerId, StringComparison.Ordinal))
            {
                return null;
            }

            _starting = null;
            return channel;
        }
    }

    /// <summary>The worker that is ready, waiting for one if need be.</summary>
    /// <exception cref="WorkerUnavailableException">None was ready in time, or the host stops.</exception>
    public ValueTask<WorkerChannel> GetChannelAsync(CancellationToken cancellationToken) =>
        Volatile.Read(ref _current) is { IsClosed: false } channel
            ? ValueTask.FromResult(channel)
            : new ValueTask<WorkerChannel>(WaitForChannelAsync(cancellationToken));

    /// <summary>The reason to restart a worker for a function that does not end.</summary>
    public static string OutOfTime(string? function, TimeSpan? limit) =>
        $"Function '{function}' exceeded the time of {limit} that host.json gives it, and did not end when it was told to.";

    /// <summary>Ends the worker, so that a new one is started.</summary>
    /// <param name="reason">Goes into the log, and to those whose invocations end with it.</param>
    public void Restart(string reason)
    {
        lock (_gate)
        {
            _restartReason = reason;
            Unpublish();
            _process?.Kill();
        }
    }

    /// <summary>Runs one invocation, telling the log which function it belongs to.</summary>
    public async Task<InvocationResponse> InvokeAsync(WorkerChannel channel, string function, InvocationRequest request, CancellationToken cancellationToken)
    {
        using var entry = log.Begin(request.InvocationId, function);
        return await channel.InvokeAsync(request, cancellationToken);
    }

    /// <summary>Lets running invocations end, then ends the worker.</summary>
    public async Task StopAsync(CancellationToken deadline)
    {
        if (Volatile.Read(ref _current) is { } channel)
        {
            while (channel.InvocationCount > 0 && !deadline.IsCancellationRequested)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), time, CancellationToken.None);
            }

            if (channel.InvocationCount > 0)
            {
                LogUnfinished(logger, channel.InvocationCount);
            }

            await _stopping.CancelAsync();
            channel.Terminate();
        }
        else
        {
            await _stopping.CancelAsync();
        }

        // Its failure, if any, was reported when it happened.
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task<WorkerChannel> WaitForChannelAsync(CancellationToken cancellationToken)
    {
        Task<WorkerChannel> ready;
        lock (_gate)
        {
            if (_current is { IsClosed: true })
            {
                Unpublish();
            }

            ready = _ready.Task;
        }

        try
        {
            return await ready.WaitAsync(InvocationPatience, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new WorkerUnavailableException("The worker is not ready.");
        }
    }

    private async Task RunAsync(int port, CancellationToken cancellationToken)
    {
        var failures = 0;
        var everReady = false;
        while (!cancellationToken.IsCancellationRequested)
        {
            var started = time.GetTimestamp();
            var (wasReady, reason) = await RunOnceAsync(port, cancellationToken);
            if (cancellationToken.IsCancellationRequested)
            {
                break;
            }

            everReady |= wasReady;
            failures = wasReady && time.GetElapsedTime(started) > SoundAfter ? 0 : failures + 1;
            if (!everReady && failures >= StartAttempts)
            {
                var error = new WorkerUnavailableException($"The app could not be started in {failures} attempts: {reason}");
                _ready.TrySetException(error);
                throw error;
            }

            // At once after a sound life, then 0.5 s, 1 s, 2 s, … up to the longest wait.
            var wait = failures == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(0.5 * Math.Pow(2, Math.Min(failures - 1, 10)));
            wait = wait < LongestWait ? wait : LongestWait;
            LogRestart(logger, reason, wait.TotalSeconds);
            await Task.Delay(wait, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _ready.TrySetException(new WorkerUnavailableException("The host is stopping."));
        _ = _ready.Task.Exception;
    }

    private async Task<(bool WasReady, string Reason)> RunOnceAsync(int port, CancellationToken cancellationToken)
    {
        var channel = new WorkerChannel(app, log, time);
        WorkerProcess process;
        try
        {
            lock (_gate)
            {
                _starting = channel;
                _restartReason = null;
            }

            process = WorkerProcess.Start(app, channel, port, log);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return (false, $"{app.Executable}: {e.Message}");
        }

        using (process)
        {
            lock (_gate)
            {
                _process = process;
            }

            var exited = process.Exited;
            var ready = false;
            string? fault = null;
            try
            {
                using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                var initialising = channel.InitialiseAsync(app.Functions, StartTimeout, ended.Token);
                if (await Task.WhenAny(initialising, exited) == initialising)
                {
                    await initialising;
                    ready = true;
                    Publish(channel);
                    LogReady(logger, process.Id, channel.WorkerVersion);
                    fault = await WatchAsync(channel, exited, cancellationToken);
                }
                else
                {
                    await ended.CancelAsync();
                    channel.Close("The worker ended while it was starting.");
                    await initialising.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            }
            catch (TimeoutException)
            {
                fault = string.Create(CultureInfo.InvariantCulture, $"It was not ready within {StartTimeout.TotalSeconds:0} s.");
            }
            catch (Exception e) when (e is WorkerUnavailableException or OperationCanceledException)
            {
                fault = e.Message;
            }

            return (ready, await EndAsync(channel, process, exited, fault));
        }
    }

    private void Publish(WorkerChannel channel)
    {
        LoadFaults = channel.LoadFaults;
        foreach (var (function, reason) in channel.LoadFaults)
        {
            LogNotLoaded(logger, function, reason);
        }

        lock (_gate)
        {
            Volatile.Write(ref _current, channel);
            _ready.TrySetResult(channel);
        }
    }

    /// <summary>Hands the current worker out no more. Called with the lock held.</summary>
    private void Unpublish()
    {
        if (_current is not null)
        {
            Volatile.Write(ref _current, null);
            _ready = new TaskCompletionSource<WorkerChannel>(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Waits until the worker ends, hangs, or the host stops.</summary>
    private async Task<string?> WatchAsync(WorkerChannel channel, Task exited, CancellationToken cancellationToken)
    {
        while (true)
        {
            using var pause = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var next = Task.Delay(options.WorkerHangTimeout is null ? Timeout.InfiniteTimeSpan : CheckInterval, time, pause.Token);
            var first = await Task.WhenAny(exited, channel.Closed, next);
            await pause.CancelAsync();
            if (first != next || cancellationToken.IsCancellationRequested)
            {
                return null;
            }

            try
            {
                await channel.CheckAsync(options.WorkerHangTimeout!.Value, cancellationToken);
            }
            catch (TimeoutException)
            {
                return string.Create(CultureInfo.InvariantCulture, $"It has not answered for {options.WorkerHangTimeout!.Value.TotalSeconds:0} s.");
            }
            catch (Exception e) when (e is WorkerUnavailableException or OperationCanceledException)
            {
                return null;
            }
        }
    }

    private async Task<string> EndAsync(WorkerChannel channel, WorkerProcess process, Task exited, string? fault)
    {
        lock (_gate)
        {
            Unpublish();
        }

        // It may be ending by itself: because it was asked to, or because its connection broke a moment before its exit is seen.
        using var patience = new CancellationTokenSource(fault is null ? TimeSpan.FromSeconds(5) : TimeSpan.Zero, time);
        await exited.WaitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var killed = !exited.IsCompleted;
        if (killed)
        {
            process.Kill();
        }

        await exited;
        string reason;
        lock (_gate)
        {
            var end = killed ? " after it was killed" : "";
            reason = _restartReason
                ?? fault
                ?? string.Create(CultureInfo.InvariantCulture, $"The worker ended with exit code {process.ExitCode}{end}.");
            _process = null;
            _starting = null;
        }

        channel.Close(reason);
        return reason;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The worker is ready (process {Process}, worker version {Version}).")]
    private static partial void LogReady(ILogger logger, int process, string version);

    [LoggerMessage(Level = LogLevel.Error, Message = "Function '{Function}' is not started: the worker could not load it. {Reason}")]
    private static partial void LogNotLoaded(ILogger logger, string function, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Reason} A new worker is started in {Seconds} s.")]
    private static partial void LogRestart(ILogger logger, string reason, double seconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} invocations did not end in time; what can be repeated is at the next start.")]
    private static partial void LogUnfinished(ILogger logger, int count);
}
