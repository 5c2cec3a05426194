namespace DurableMl.Local.Functions.Invocation;

/// <summary>Counts the invocations under way, so that a stopping host can wait for them.</summary>
internal sealed class InvocationDrain : IDisposable
{
    private static readonly TimeSpan AfterCancellation = TimeSpan.FromSeconds(2);
    private readonly CancellationTokenSource stopping = new();
    private readonly Lock gate = new();
    private TaskCompletionSource? empty;
    private int running;

    /// <summary>Cancelled when the invocations under way have had their time.</summary>
    public CancellationToken Stopping => stopping.Token;

    public IDisposable Enter()
    {
        lock (gate)
        {
            running++;
        }

        return new Invocation(this);
    }

    /// <summary>Waits for the invocations under way; cancels them when the time for that is up, and gives them a moment to end.</summary>
    public async Task DrainAsync(TimeSpan patience, TimeProvider time, CancellationToken hurry)
    {
        Task idle = WhenEmpty();
        await Task.WhenAny(idle, Task.Delay(patience, time, hurry));
        if (!idle.IsCompleted)
        {
            await stopping.CancelAsync();
            await Task.WhenAny(idle, Task.Delay(AfterCancellation, time, hurry));
        }
    }

    /// <summary>Waits for ever once the host has cancelled its invocations: what they come to after that must not be taken for their result.</summary>
    public Task AbandonAsync() => Task.Delay(Timeout.Infinite, CancellationToken.None);

    public void Dispose() => stopping.Dispose();

    private Task WhenEmpty()
    {
        lock (gate)
        {
            return running == 0 ? Task.CompletedTask : (empty ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    private void Leave()
    {
        lock (gate)
        {
            if (--running == 0)
            {
                empty?.TrySetResult();
                empty = null;
            }
        }
    }

    private sealed class Invocation(InvocationDrain drain) : IDisposable
    {
        private int left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref left, 1) == 0)
            {
                drain.Leave();
            }
        }
    }
}
