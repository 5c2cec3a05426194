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
