namespace Microsoft.DurableTask.Engine;

/// <summary>The use of a hub; given back once.</summary>
sealed class TaskHubLease(TaskHub hub, Func<Task> release) : IAsyncDisposable
{
    int released;

    public TaskHub Hub { get; } = hub;

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref released, 1) == 0)
        {
            await release();
        }
    }
}
