namespace Microsoft.DurableTask.Engine;

/// <summary>
/// Keeps the code of one orchestrator on the thread that runs its turn. Continuations are queued here and run by the turn; what arrives
/// from elsewhere shows that the orchestrator awaited something that is not a task of its context.
/// </summary>
sealed class OrchestratorSynchronizationContext(Action foreignAwait) : SynchronizationContext
{
    readonly Queue<(SendOrPostCallback Callback, object? State)> queue = new();
    int thread;

    /// <summary>Whether the caller is on the thread that runs the present turn.</summary>
    public bool IsInTurn => thread == Environment.CurrentManagedThreadId;

    public void EnterTurn() => thread = Environment.CurrentManagedThreadId;

    public void ExitTurn() => thread = 0;

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (IsInTurn)
        {
            queue.Enqueue((d, state));
        }
        else
        {
            foreignAwait();
        }
    }

    public override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("An orchestrator cannot be entered synchronously.");

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Runs code of the orchestrator, then all continuations that are due.</summary>
    public void Run(Action action)
    {
        SynchronizationContext? previous = Current;
        SetSynchronizationContext(this);
        try
        {
            action();
            while (queue.TryDequeue(out (SendOrPostCallback Callback, object? State) next))
            {
                next.Callback(next.State);
            }
        }
        finally
        {
            SetSynchronizationContext(previous);
        }
    }

    /// <summary>
    /// Completes a task of the context. Without a context of its own, so that awaits of this context queue their continuation while those
    /// that opted out (<c>ConfigureAwait(false)</c>) go on at once, on this thread too.
    /// </summary>
    public static void Complete(Action action)
    {
        SynchronizationContext? previous = Current;
        SetSynchronizationContext(null);
        try
        {
            action();
        }
        finally
        {
            SetSynchronizationContext(previous);
        }
    }
}
