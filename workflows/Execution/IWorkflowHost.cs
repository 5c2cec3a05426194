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

    /// <summary>Completes at a time.</summary>
    Task DelayUntilAsync(DateTimeOffset time);

    /// <summary>Waits for work, but not longer than to a time. Does not throw what the work throws.</summary>
    /// <returns>Whether the work has ended, well or not.</returns>
    Task<bool> EndsByAsync(Task work, DateTimeOffset time);
}

/// <summary>A task to run.</summary>
/// <param name="StateName">The state that asks.</param>
/// <param name="Resource">What shall run, as the definition names it.</param>
/// <param name="Arguments">What it gets.</param>
/// <param name="TimeoutSeconds">How long it may take; null for no limit.</param>
/// <param name="HeartbeatSeconds">How long a worker may be silent; null for no limit.</param>
/// <param name="Token">The token that ends a task which waits for one; null for others.</param>
public sealed record TaskRequest(
    string StateName, string Resource, JsonNode? Arguments, double? TimeoutSeconds, double? HeartbeatSeconds, string? Token);
