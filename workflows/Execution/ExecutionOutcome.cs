using System.Text.Json.Nodes;

namespace DurableMl.Workflows.Execution;

/// <summary>Which execution of which machine this is; becomes part of the context object.</summary>
/// <param name="Id">The execution's identifier.</param>
/// <param name="Name">The execution's name.</param>
/// <param name="RoleArn">Under whose rights it runs.</param>
/// <param name="StateMachineId">The machine's identifier.</param>
/// <param name="StateMachineName">The machine's name.</param>
public sealed record ExecutionIdentity(string Id, string Name, string RoleArn, string StateMachineId, string StateMachineName);

/// <summary>How an execution is doing.</summary>
public enum ExecutionStatus
{
    /// <summary>It goes on.</summary>
    Running,

    /// <summary>It reached an end.</summary>
    Succeeded,

    /// <summary>A state failed and nothing caught it.</summary>
    Failed,

    /// <summary>It took longer than the machine's <c>TimeoutSeconds</c>.</summary>
    TimedOut,

    /// <summary>Somebody stopped it.</summary>
    Aborted,
}

/// <summary>How an execution ended.</summary>
/// <param name="Status">How; <see cref="ExecutionStatus.Running"/> where it shall go on from <paramref name="Next"/>.</param>
/// <param name="Output">Its output; null unless it succeeded.</param>
/// <param name="Error">The name of the error; null where there is none.</param>
/// <param name="Cause">What happened, for people.</param>
/// <param name="Next">Where it goes on, or could be redriven from after it has not succeeded; null where it has succeeded.</param>
public sealed record ExecutionOutcome(ExecutionStatus Status, JsonNode? Output, string? Error, string? Cause, Checkpoint? Next = null)
{
    /// <summary>Whether it reached an end.</summary>
    public bool Succeeded => Status == ExecutionStatus.Succeeded;
}

/// <summary>An execution between two states of its machine, from where another interpreter can go on.</summary>
/// <param name="State">The state that follows.</param>
/// <param name="Input">Its input.</param>
/// <param name="ExecutionInput">The input that the execution began with.</param>
/// <param name="Variables">The variables.</param>
/// <param name="Started">When the execution began.</param>
/// <param name="Events">How many events there are so far.</param>
/// <param name="LastEvent">The event that the next one follows.</param>
public sealed record Checkpoint(
    string State, JsonNode? Input, JsonNode? ExecutionInput, JsonObject Variables, DateTimeOffset Started, int Events, int LastEvent)
{
    /// <summary>How often the execution was redriven.</summary>
    public int Redrives { get; init; }

    /// <summary>When it was last redriven; null for never.</summary>
    public DateTimeOffset? RedrivenAt { get; init; }

    /// <summary>Whether what comes next is a redrive, which the history is still to say.</summary>
    public bool IsRedrive { get; init; }
}
