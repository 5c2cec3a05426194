namespace Microsoft.DurableTask.Engine;

/// <summary>Counts work of one kind up to a limit. Guarded by the hub's lock.</summary>
sealed class WorkLimit(int limit)
{
    public int Running { get; private set; }

    public bool HasRoom => Running < limit;

    public void Enter() => Running++;

    public void Exit() => Running--;
}
