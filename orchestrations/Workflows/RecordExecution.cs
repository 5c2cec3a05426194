using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using DurableMl.Orchestrations.Failures;
using DurableMl.Workflows.Execution;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace DurableMl.Orchestrations.Workflows;

/// <summary>Events of an execution to keep.</summary>
/// <param name="Entry">The execution as the list of all shows it.</param>
/// <param name="First">The id of the first event.</param>
/// <param name="Events">The events, in AWS's shape.</param>
public sealed record RecordExecutionInput(ExecutionEntry Entry, int First, JsonElement Events);

/// <summary>Activity: keeps events of an execution, and how it is doing, in blobs. Doing it again changes nothing.</summary>
/// <param name="log">Where executions are kept.</param>
public sealed class RecordExecution(ExecutionLog log)
{
    /// <summary>Writes them.</summary>
    [Function(nameof(RecordExecution))]
    public async Task RunAsync([ActivityTrigger] RecordExecutionInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        await log.WriteAsync(input.Entry.ExecutionId, input.First, input.Events, cancellationToken);
        await log.ListAsync(input.Entry, cancellationToken);
    }
}

/// <summary>
/// Keeps an execution's history while it goes on; lives in its orchestrator. One write is under way at a time: what happens meanwhile goes with
/// the next, so that a wide Map is not slowed by its own history.
/// </summary>
/// <param name="context">The orchestrator's context.</param>
/// <param name="entry">The execution as the list shows it.</param>
/// <param name="history">What happens.</param>
internal sealed class ExecutionRecorder(TaskOrchestrationContext context, ExecutionEntry entry, History history)
{
    // A message of the worker's connection holds several of the largest events.
    private const int MaximumBytes = 1 << 20;

    private Task writing = Task.CompletedTask;
    private int written;

    /// <summary>Why a part of the history could not be kept; null where all was.</summary>
    public string? Problem { get; private set; }

    /// <summary>Begins to write what happened since, unless a write is under way. Waits for nothing.</summary>
    public void Write()
    {
        if (writing.IsCompleted && written < history.Events.Count)
        {
            writing = WriteAllAsync();
        }
    }

    /// <summary>Writes all that is left, and how the execution is doing.</summary>
    public async Task FinishAsync(string status, DateTime? endedAt)
    {
        await writing;
        do
        {
            await WritePartAsync(entry with { Status = status, EndedAt = endedAt });
        }
        while (written < history.Events.Count);
    }

    private async Task WriteAllAsync()
    {
        // What happens during a write goes with the next, which begins as soon as the write is done.
        while (written < history.Events.Count)
        {
            await WritePartAsync(entry);
        }
    }

    private async Task WritePartAsync(ExecutionEntry now)
    {
        var events = new JsonArray();
        var first = written < history.Events.Count ? history.Events[written].Id : 0;
        for (var bytes = 0; written < history.Events.Count && bytes < MaximumBytes; written++)
        {
            var shown = history.Events[written].ToJson();
            bytes += Encoding.UTF8.GetByteCount(shown.ToJsonString());
            events.Add((JsonNode)shown);
        }

        try
        {
            var input = new RecordExecutionInput(now, first, JsonSerializer.SerializeToElement(events));
            await context.CallActivityAsync(nameof(RecordExecution), input, ActivityRetries.Brief);
        }
        catch (TaskFailedException e)
        {
            // What the execution came to counts for more than its history.
            Problem ??= RootCause.Of(e);
        }
    }
}
