using Azure.Storage.Blobs;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Runs;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Sweeps;

/// <summary>What <see cref="RecordDecision"/> works on.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Number">The decision's number within the run, from 1.</param>
/// <param name="Decision">The decision.</param>
public sealed record RecordDecisionInput(string RunId, int Number, SweepDecision Decision);

/// <summary>Activity: keeps a person's decision about a sweep with the run's blobs, where it outlives the task hub.</summary>
/// <param name="blobs">The data account.</param>
public sealed class RecordDecision(BlobServiceClient blobs)
{
    /// <summary>Writes it.</summary>
    /// <param name="input">The decision.</param>
    /// <param name="cancellationToken">The host stops.</param>
    [Function(nameof(RecordDecision))]
    public Task RunAsync([ActivityTrigger] RecordDecisionInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        return blobs.GetBlobContainerClient(DataContainers.Runs).GetBlobClient(RunBlobs.Decision(input.RunId, input.Number)).WriteJsonAsync(input.Decision, cancellationToken);
    }

    /// <summary>The decisions about a run's sweep, in their order.</summary>
    internal static async Task<IReadOnlyList<SweepDecision>> ReadAllAsync(BlobServiceClient blobs, string runId, CancellationToken cancellationToken)
    {
        BlobContainerClient runs = blobs.GetBlobContainerClient(DataContainers.Runs);
        var decisions = new List<SweepDecision>();
        while (await runs.GetBlobClient(RunBlobs.Decision(runId, decisions.Count + 1)).ReadJsonAsync<SweepDecision>(cancellationToken) is { } decision)
        {
            decisions.Add(decision);
        }

        return decisions;
    }
}
