using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Training;
using Microsoft.DurableTask.Client;

namespace DurableMl.Orchestrations.Importing;

/// <summary>Puts an import's status together when somebody asks: what the import itself shows, and how its conversion is doing.</summary>
public static class ImportStatusReader
{
    /// <summary>The status of an import; null where it has not begun.</summary>
    /// <param name="client">The task hub.</param>
    /// <param name="import">The import.</param>
    /// <param name="cancellationToken">Nobody asks any more.</param>
    public static async Task<ImportStatus?> ReadAsync(DurableTaskClient client, OrchestrationMetadata import, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(import);
        ImportStatus? status = import.CustomStatus<ImportStatus>();
        if (status is not { Phase: ImportPhase.Convert } || import.IsCompleted)
        {
            return status;
        }

        OrchestrationMetadata? trial = await client.GetInstanceAsync(RunIds.Trial(import.InstanceId, ImportInput.Trial), getInputsAndOutputs: true, cancellationToken);
        return trial?.CustomStatus<TrialStatus>() is { } conversion ? status with { Trials = [conversion], Done = conversion.HasEnded ? 1 : 0 } : status;
    }
}
