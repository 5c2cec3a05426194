using DurableTask.Core;
using DurableTask.Sqlite.Storage;

namespace DurableTask.Sqlite.Dispatch;

/// <summary>Who waits for an orchestration to end, by instance.</summary>
internal sealed class CompletionWaiters
{
    private readonly Gate gate = new();
    private readonly Dictionary<string, List<Waiter>> waiters = [];

    /// <summary>For how many instances somebody waits.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return waiters.Count;
            }
        }
    }

    /// <summary>Begins to wait. The state is looked at after this, not before: an end in between would be missed.</summary>
    public Waiter Add(string instanceId, string? executionId)
    {
        var waiter = new Waiter(instanceId, executionId);
        lock (gate)
        {
            if (!waiters.TryGetValue(instanceId, out var list))
            {
                waiters.Add(instanceId, list = []);
            }

            list.Add(waiter);
        }

        return waiter;
    }

    public void Remove(Waiter waiter)
    {
        lock (gate)
        {
            if (waiters.TryGetValue(waiter.InstanceId, out var list) && list.Remove(waiter) && list.Count == 0)
            {
                waiters.Remove(waiter.InstanceId);
            }
        }
    }

    /// <summary>An instance has ended. An execution asked for by its id may have gone on under other ids, by continue-as-new: its instance is what is waited for.</summary>
    public void Finished(OrchestrationState state) => Complete(state, _ => true);

    /// <summary>An execution was replaced by another one of the same instance: who waits for that very one need wait no longer.</summary>
    public void Replaced(OrchestrationState state) =>
        Complete(state, waiter => string.Equals(waiter.ExecutionId, state.OrchestrationInstance.ExecutionId, StringComparison.Ordinal));

    /// <summary>Looks at the state of every instance that somebody waits for, as an end may have been missed.</summary>
    public void Check(Func<string, OrchestrationState?> read)
    {
        string[] ids;
        lock (gate)
        {
            ids = [.. waiters.Keys];
        }

        foreach (var id in ids)
        {
            if (read(id) is { } state && Status.IsFinished(state.OrchestrationStatus))
            {
                Finished(state);
            }
        }
    }

    private void Complete(OrchestrationState state, Func<Waiter, bool> concerns)
    {
        lock (gate)
        {
            if (waiters.TryGetValue(state.OrchestrationInstance.InstanceId, out var list))
            {
                foreach (var waiter in list.Where(concerns))
                {
                    waiter.Source.TrySetResult(state);
                }
            }
        }
    }

    internal sealed record Waiter(string InstanceId, string? ExecutionId)
    {
        public TaskCompletionSource<OrchestrationState> Source { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
