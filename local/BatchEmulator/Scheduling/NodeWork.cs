using DurableMl.Local.BatchEmulator.Nodes;

namespace DurableMl.Local.BatchEmulator.Scheduling;

/// <summary>Something that runs on a node and can be told to stop.</summary>
/// <param name="node">The node.</param>
/// <param name="slots">The slots it takes.</param>
internal abstract class NodeWork(Node node, int slots)
{
    private readonly TaskCompletionSource completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Node Node { get; } = node;

    public int Slots { get; } = slots;

    public StopSignal Stop { get; } = new();

    /// <summary>Why it has been asked to stop, as the account knows it; the signal itself follows when that is committed.</summary>
    public StopReason Leaving { get; set; }

    /// <summary>Whether it has been asked to stop.</summary>
    public bool IsLeaving => Leaving != StopReason.None || Stop.Reason != StopReason.None;

    /// <summary>Completes when nothing of it runs any more and its outcome has been recorded.</summary>
    public Task Completion => completion.Task;

    /// <summary>Distinguishes the processes of this run from all others.</summary>
    public string Marker { get; } = Guid.NewGuid().ToString("N");

    /// <summary>Completes <see cref="Completion"/>.</summary>
    public void Complete() => completion.TrySetResult();
}

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

/// <summary>Why running work is made to stop.</summary>
internal enum StopReason
{
    /// <summary>It is not.</summary>
    None,

    /// <summary>A request terminated the task or its job.</summary>
    Terminated,

    /// <summary>A request took the node away or disabled the job, asking that tasks be requeued.</summary>
    Requeued,

    /// <summary>The node was preempted, rebooted or lost; nobody asked for it on behalf of the task.</summary>
    NodeLost,

    /// <summary>A task of a job with higher priority needs the slots.</summary>
    Displaced,

    /// <summary>The task was deleted.</summary>
    Deleted,

    /// <summary>It ran longer than its constraint allows.</summary>
    WallClock,

    /// <summary>The emulator stops.</summary>
    Shutdown,
}
