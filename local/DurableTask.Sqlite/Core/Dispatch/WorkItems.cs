using DurableTask.Core;
using DurableTask.Sqlite.Storage;

namespace DurableTask.Sqlite.Dispatch;

/// <summary>An instance that has waiting messages or is running. One that does neither takes no memory. Guarded by the dispatcher's lock.</summary>
internal sealed class Slot(long key, bool isEntity)
{
    public long Key => key;

    public bool IsEntity => isEntity;

    /// <summary>Messages that may be seen, in the order of their arrival.</summary>
    public List<StoredMessage> Waiting { get; set; } = [];

    public SlotState State { get; set; }

    /// <summary>How often in a row the instance's work was given back.</summary>
    public int Failures { get; set; }

    /// <summary>Ended when a session that waits for messages gets one, or has to end.</summary>
    public TaskCompletionSource? SessionWaiter { get; set; }
}

/// <summary>Which instances a dispatcher of DurableTask.Core asks for.</summary>
internal enum InstanceKinds
{
    Orchestrations,
    Entities,
    Both,
}

/// <summary>What an instance is doing.</summary>
internal enum SlotState
{
    /// <summary>Nothing; it has no messages, or waits for its next attempt.</summary>
    Idle,

    /// <summary>It stands in the queue.</summary>
    Ready,

    /// <summary>It was handed out.</summary>
    Running,
}

/// <summary>A turn of an orchestration or entity, handed out to a dispatcher of DurableTask.Core.</summary>
internal sealed class OrchestrationWorkItem : TaskOrchestrationWorkItem
{
    public required Slot Slot { get; init; }

    /// <summary>The messages of the turn, as they are in the file.</summary>
    public required List<StoredMessage> Taken { get; set; }

    /// <summary>How many turns the instance had before this one.</summary>
    public required int Turns { get; set; }

    /// <summary>The execution that the stored history belongs to; empty before the first turn.</summary>
    public required string ExecutionId { get; set; }

    /// <summary>Whether the messages are done with: consumed, or given back.</summary>
    public bool IsSettled { get; set; }

    /// <summary>Whether a turn was not stored, so that what DurableTask.Core has in memory is not what the file holds.</summary>
    public bool IsOvertaken { get; set; }

    /// <summary>Core would put the state from before a continue-as-new back while the provider stores the one after it.</summary>
    public override bool RestoreOriginalRuntimeStateDuringCompletion => false;
}
