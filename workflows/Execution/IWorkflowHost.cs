using System.Text.Json.Nodes;

namespace DurableMl.Workflows.Execution;

/// <summary>
/// What an execution asks of the world. Everything that is not determined by the definition and the input goes through here, so that a
/// durable orchestration can give the same answers again when it replays.
/// </summary>
public interface IWorkflowHost
{
    /// <summary>The time now, as the execution sees it.</summary>
    DateTimeOffset Now { get; }

    /// <summary>A new identifier.</summary>
    Guid NewGuid();

    /// <summary>Runs a task and returns its result.</summary>
    /// <exception cref="WorkflowFailure">The task failed or took too long.</exception>
    Task<JsonNode?> CallAsync(TaskRequest request);

    /// <summary>Whether items of a distributed Map can run beside the execution; within it otherwise.</summary>
    bool CanRunItems => false;

    /// <summary>Runs items of a distributed Map beside the execution, one after the other.</summary>
    /// <returns>What each came to, in their order.</returns>
    /// <exception cref="NotSupportedException"><see cref="CanRunItems"/> says that there is no such thing.</exception>
    Task<IReadOnlyList<ItemOutcome>> RunItemsAsync(ItemsRequest request) => throw new NotSupportedException("Items run within the execution.");

    /// <summary>Completes at a time.</summary>
    Task DelayUntilAsync(DateTimeOffset time);

    /// <summary>Waits for work, but not longer than to a time. Does not throw what the work throws.</summary>
    /// <returns>Whether the work has ended, well or not.</returns>
    Task<bool> EndsByAsync(Task work, DateTimeOffset time);
}

/// <summary>Items of a distributed Map to run.</summary>
/// <param name="Processor">The machine that each runs, with its query language.</param>
/// <param name="Items">The items.</param>
/// <param name="Started">When the execution that they belong to began.</param>
public sealed record ItemsRequest(JsonObject Processor, IReadOnlyList<MapItem> Items, DateTimeOffset Started);

/// <summary>An item of a Map.</summary>
/// <param name="Index">Its place, from 0.</param>
/// <param name="Value">Itself.</param>
/// <param name="Input">What its machine begins with.</param>
public sealed record MapItem(int Index, JsonNode? Value, JsonNode? Input);

/// <summary>What an item came to.</summary>
/// <param name="IsFailure">Whether it failed.</param>
/// <param name="Output">Its output, where it did not.</param>
/// <param name="Error">The name of the error; null for none.</param>
/// <param name="Cause">What happened, for people.</param>
public sealed record ItemOutcome(bool IsFailure, JsonNode? Output, string? Error, string? Cause);

/// <summary>A task to run.</summary>
/// <param name="StateName">The state that asks.</param>
/// <param name="Resource">What shall run, as the definition names it.</param>
/// <param name="Arguments">What it gets.</param>
/// <param name="TimeoutSeconds">How long it may take; null for no limit.</param>
/// <param name="HeartbeatSeconds">How long a worker may be silent; null for no limit.</param>
/// <param name="Token">The token that ends a task which waits for one; null for others.</param>
public sealed record TaskRequest(
    string StateName, string Resource, JsonNode? Arguments, double? TimeoutSeconds, double? HeartbeatSeconds, string? Token);
