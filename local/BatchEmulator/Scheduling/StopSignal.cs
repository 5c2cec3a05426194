namespace DurableMl.Local.BatchEmulator.Scheduling;

/// <summary>Asks running work to stop, once; the first reason counts.</summary>
internal sealed class StopSignal : IDisposable
{
    private readonly CancellationTokenSource source = new();
    private readonly Lock gate = new();
    private bool disposed;

    public StopSignal() => Token = source.Token;

    /// <summary>Cancelled when work is to stop.</summary>
    public CancellationToken Token { get; }

    /// <summary>The first reason given.</summary>
    public StopReason Reason { get; private set; }

    /// <summary>What the reason was, for failureInfo.</summary>
    public string Message { get; private set; } = "";

    /// <summary>Time between SIGTERM and SIGKILL.</summary>
    public TimeSpan Grace { get; private set; }

    /// <summary>Asks for a stop. Does nothing when asked before.</summary>
    public void Request(StopReason reason, TimeSpan grace, string message = "")
    {
        lock (gate)
        {
            // Whoever asks may come late: the work has ended by itself.
            if (disposed || Reason != StopReason.None)
            {
                return;
            }

            (Reason, Grace, Message) = (reason, grace, message);
            // What is registered runs on the pool: requests come from inside the account's lock.
            _ = source.CancelAsync();
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
            source.Dispose();
        }
    }
}
