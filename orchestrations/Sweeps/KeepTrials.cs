using Azure.Storage.Blobs;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Training;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Sweeps;

/// <summary>What <see cref="KeepTrials"/> works on.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Sweep">The sweep, as people have changed it.</param>
/// <param name="Trials">All its trials.</param>
public sealed record KeepTrialsInput(string RunId, SweepDefinition Sweep, IReadOnlyList<SweptTrial> Trials);

/// <summary>Activity: keeps all trials of a large sweep in a blob of the run, as messages hold only those that matter most.</summary>
/// <param name="blobs">The data account.</param>
public sealed class KeepTrials(BlobServiceClient blobs)
{
    /// <summary>Writes them.</summary>
    /// <param name="input">The trials.</param>
    /// <param name="cancellationToken">The host stops.</param>
    [Function(nameof(KeepTrials))]
    public Task RunAsync([ActivityTrigger] KeepTrialsInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        return Blob(blobs, input.RunId).WriteJsonAsync(TrialSummary.Of(input.Trials.Select(trial => trial.Status), input.Sweep), cancellationToken);
    }

    /// <summary>All trials of a run's sweep; null where they were few enough to be in its result.</summary>
    internal static Task<IReadOnlyList<TrialSummary>?> ReadAsync(BlobServiceClient blobs, string runId, CancellationToken cancellationToken) =>
        Blob(blobs, runId).ReadJsonAsync<IReadOnlyList<TrialSummary>>(cancellationToken);

    private static BlobClient Blob(BlobServiceClient blobs, string runId) => blobs.GetBlobContainerClient(DataContainers.Runs).GetBlobClient(RunBlobs.AllTrials(runId));
}

/// <summary>What <see cref="FindTrial"/> looks for.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Trial">The trial.</param>
public sealed record FindTrialInput(string RunId, string Trial);

/// <summary>Activity: finds a trial among all that <see cref="KeepTrials"/> has kept.</summary>
/// <param name="blobs">The data account.</param>
public sealed class FindTrial(BlobServiceClient blobs)
{
    /// <summary>Returns it with its objective; null where it has not completed with one.</summary>
    /// <param name="input">The trial.</param>
    /// <param name="cancellationToken">The host stops.</param>
    [Function(nameof(FindTrial))]
    public async Task<BestTrial?> RunAsync([ActivityTrigger] FindTrialInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        TrialSummary? found = (await KeepTrials.ReadAsync(blobs, input.RunId, cancellationToken))?.FirstOrDefault(trial => trial.Id == input.Trial);
        return found is { State: TrialState.Completed, Objective: { } objective } ? new BestTrial(found.Id, objective) : null;
    }
}
