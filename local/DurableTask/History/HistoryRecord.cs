namespace Microsoft.DurableTask.History;

/// <summary>A fact in the history of an instance, or a message on its way there. Which members are set depends on the kind.</summary>
sealed class HistoryRecord(RecordKind kind, int id = -1)
{
    public RecordKind Kind { get; } = kind;

    /// <summary>The number of the task in its orchestration; -1 when it belongs to none.</summary>
    public int Id { get; } = id;

    /// <summary>When it happened, UTC ticks.</summary>
    public long Time { get; set; }

    /// <summary>When a timer or delayed signal is due, UTC ticks; 0 when it is not delayed.</summary>
    public long FireAt { get; init; }

    /// <summary>The name of a task, event or operation.</summary>
    public string? Name { get; init; }

    public string? Version { get; init; }

    /// <summary>The other instance: the target of an event, a sub-orchestration, the sender of a request.</summary>
    public string? InstanceId { get; init; }

    public Payload? Payload { get; init; }

    public TaskFailureDetails? Failure { get; init; }

    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>W3C trace parent.</summary>
    public string? Trace { get; init; }

    public RecordFlags Flags { get; init; }

    public bool Has(RecordFlags flag) => Flags.HasFlag(flag);
}

/// <summary>Properties of history records. The numbers are in files: never change them.</summary>
[Flags]
enum RecordFlags : byte
{
    None = 0,

    /// <summary>A failure that another attempt cannot cure.</summary>
    NonRetriable = 1,

    /// <summary>The version was asked for; it was not inherited.</summary>
    ExactVersion = 2,

    /// <summary>Also for sub-orchestrations.</summary>
    Recursive = 4,

    /// <summary>An entity request that nobody waits for.</summary>
    Signal = 8,

    /// <summary>An entity request for locks.</summary>
    Lock = 16,

    /// <summary>The orchestration starts over.</summary>
    ContinuedAsNew = 32,
}
