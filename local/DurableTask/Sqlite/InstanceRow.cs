using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.History;

namespace Microsoft.DurableTask.Sqlite;

/// <summary>What the store knows of an instance besides its history.</summary>
sealed class InstanceRow
{
    /// <summary>The row's number; another incarnation of the same id has another.</summary>
    public long Number { get; set; }

    public required string Id { get; init; }

    public required string Execution { get; set; }

    public required string Name { get; init; }

    public required string Version { get; set; }

    public OrchestrationRuntimeStatus Status { get; set; } = OrchestrationRuntimeStatus.Pending;

    public required long Created { get; init; }

    public required long Updated { get; set; }

    public long? Completed { get; set; }

    /// <summary>When to start, UTC ticks; 0 means at once.</summary>
    public long StartAt { get; init; }

    /// <summary>How often it has continued as new.</summary>
    public int Generation { get; set; }

    /// <summary>Turns stored for this generation.</summary>
    public int Turn { get; set; }

    /// <summary>When a restarted engine must look at it: 0 at once, otherwise UTC ticks; <c>null</c> when only a message can wake it.</summary>
    public long? Wake { get; set; }

    /// <summary>For an entity: the instance that has locked it.</summary>
    public string? LockOwner { get; set; }

    public ParentLink? Parent { get; init; }

    /// <summary>The input; for an entity its state.</summary>
    public Payload? Input { get; set; }

    public Payload? Output { get; set; }

    public string? CustomStatus { get; set; }

    public TaskFailureDetails? Failure { get; set; }

    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    public string? Trace { get; init; }

    public bool IsTerminal => IsTerminalStatus(Status);

    public static bool IsTerminalStatus(OrchestrationRuntimeStatus status) => status
        is OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated;
}

/// <summary>The orchestration that called this one, and the number of the call there.</summary>
sealed record ParentLink(long Number, int Generation, int TaskId, string InstanceId, string Name, string Version, string Execution);
