namespace DurableMl.Cli.Hosting;

/// <summary>A local host to work with: the one that is up in this folder already, or one started for the purpose.</summary>
internal sealed class HostConnection : IAsyncDisposable
{
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromMinutes(2);
    private readonly LocalHost? _own;

    private HostConnection(HostPorts ports, LocalHost? own)
    {
        Ports = ports;
        _own = own;
    }

    /// <summary>Where it listens.</summary>
    public HostPorts Ports { get; }

    /// <summary>Uses the host that is up, else starts one that is stopped on dispose.</summary>
    /// <exception cref="CliException">It could not be started, or the one that is up does not become ready.</exception>
    public static async Task<HostConnection> OpenAsync(
        RepositoryLayout layout, PortRequest request, TextWriter output, TimeProvider time, CancellationToken cancellationToken)
    {
        var file = new HostStateFile(layout.State);
        var probe = file.TryLock();
        if (probe is not null)
        {
            probe.Dispose();
            var own = await LocalHost.StartAsync(layout, request, output, time, cancellationToken);
            return new HostConnection(own.Ports, own);
        }

        var started = time.GetTimestamp();
        while (true)
        {
            if (file.Read() is { Ready: true } state && state.Up.IsAlive)
            {
                await output.WriteLineAsync($"Using the host that is up (process {state.Up.Pid}, {LocalHost.FunctionsUrl(state.Ports)}).");
                return new HostConnection(state.Ports, null);
            }

            if (time.GetElapsedTime(started) > ReadyLimit)
            {
                throw new CliException($"The host that is starting in {layout.State} does not become ready; see its terminal and the logs folder there.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), time, cancellationToken);
        }
    }

    /// <summary>Does something as long as the host is kept up.</summary>
    /// <exception cref="CliException">A part of the host could not be kept up.</exception>
    public async Task<T> WhileUpAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        if (_own is null)
        {
            return await work(cancellationToken);
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var host = _own.WaitAsync(either.Token);
        var result = work(either.Token);
        try
        {
            var first = await Task.WhenAny(host, result);
            if (first == host)
            {
                await host; // Throws what happened to it.
            }

            return await result;
        }
        finally
        {
            await either.CancelAsync();
            await Task.WhenAll(host, result).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _own?.DisposeAsync() ?? ValueTask.CompletedTask;
}
