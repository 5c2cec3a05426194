using System.Text.Json;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Runs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace DurableMl.Orchestrations.Importing;

/// <summary>
/// Orchestrator: a model of another framework becomes ONNX on Batch, is compared with the original, and is published; one that is ONNX
/// already is tried and published. The event <see cref="RunEvents.Cancel"/> stops it.
/// </summary>
public static class ImportOrchestrator
{
    /// <summary>Returns the <see cref="ImportOutput"/> of an import that was published or cancelled. Its Batch job is gone afterwards, however it ends.</summary>
    /// <exception cref="PermanentFailureException">It failed; the message says why.</exception>
    [Function(nameof(ImportOrchestrator))]
    public static async Task<JsonElement> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        ImportInput input = context.GetInput<ImportInput>()!;
        var progress = new ImportProgress(context, input);
        string failure;
        try
        {
            return JsonBlobs.ToElement(await new ImportRun(context, input, progress).RunAsync());
        }
        catch (TaskFailedException e)
        {
            failure = RootCause.Of(e);
        }
        catch (PermanentFailureException e)
        {
            failure = e.Message;
        }

        progress.Stop(failure);
        throw new PermanentFailureException(failure);
    }
}
