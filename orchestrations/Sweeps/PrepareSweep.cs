using System.Text.Json;
using Azure.Storage.Blobs;
using DurableMl.BatchJobs.Catalog;
using DurableMl.BatchJobs.Outcomes;
using DurableMl.BatchJobs.Submission;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Sweeps.Samplers;
using DurableMl.Orchestrations.Training;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DurableMl.Orchestrations.Sweeps;

/// <summary>What <see cref="PrepareSweep"/> found and did.</summary>
/// <param name="CodeSha256">The version of the code kept with the run.</param>
/// <param name="HasDedicatedPool">Whether there are dedicated nodes to fall back to.</param>
public sealed record SweepPreparation(string CodeSha256, bool HasDedicatedPool)
{
    /// <summary>So many trials, from the first, a resumed run may have left something of, which <see cref="ReadEarlierTrials"/> reads; 0 for one that begins.</summary>
    public int Earlier { get; init; }

    /// <summary>What earlier runs had seen, for a sampler that learns.</summary>
    public IReadOnlyList<SeenTrial> Observations { get; init; } = [];

    /// <summary>What people had decided before the run was resumed; null where nobody had.</summary>
    public SweepDecided? Decided { get; init; }
}

/// <summary>
/// Activity: keeps the job's code with the run, so that all trials train with the same, and the task hub's name, so that the run's Batch
/// jobs are known for ours whatever happens to its history.
/// </summary>
/// <param name="training">Training on Batch.</param>
/// <param name="blobs">The data account.</param>
public sealed class PrepareSweep(TrainingJobs training, BlobServiceClient blobs)
{
    /// <summary>Uploads the code unless the run has it.</summary>
    /// <param name="input">The sweep.</param>
    /// <param name="client">The task hub.</param>
    /// <param name="cancellationToken">The host stops.</param>
    [Function(nameof(PrepareSweep))]
    public async Task<SweepPreparation> RunAsync([ActivityTrigger] SweepInput input, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(client);
        try
        {
            JobCode code = await training.Code.UploadAsync(input.RunId, input.Sweep.Job, cancellationToken);
            BlobContainerClient runs = blobs.GetBlobContainerClient(DataContainers.Runs);
            await runs.GetBlobClient(RunBlobs.TaskHub(input.RunId)).WriteJsonAsync(new RunTaskHub(client.Name), cancellationToken);
            var preparation = new SweepPreparation(code.Sha256, training.HasDedicatedPool) { Observations = await new WarmStart(blobs).ObservationsAsync(input.Sweep, cancellationToken) };
            return input.Resumed ? await ResumeAsync(preparation, training.Trials, blobs, input, cancellationToken) : preparation;
        }
        catch (InvalidJobException e)
        {
            throw new PermanentFailureException(e.Message, e);
        }
    }

    /// <summary>With what an earlier execution of the run has left.</summary>
    internal static async Task<SweepPreparation> ResumeAsync(
        SweepPreparation preparation, TrialReader trials, BlobServiceClient blobs, SweepInput input, CancellationToken cancellationToken)
    {
        IReadOnlyList<SweepDecision> decisions = await RecordDecision.ReadAllAsync(blobs, input.RunId, cancellationToken);
        SweepDecided decided = decisions.Aggregate(new SweepDecided(), (all, decision) => all.With(decision));
        SweepDefinition sweep = input.Sweep with { Trials = input.Sweep.Trials + decided.Added };
        IReadOnlyDictionary<string, EarlierTrial> earlier = await EarlierTrials.FindAsync(trials, input with { Sweep = sweep }, cancellationToken);
        if (sweep.Sampler.Learns || decided.Given.Count > 0 || sweep.Scheduler is { Type: SchedulerKind.Pbt })
        {
            earlier = await WithParametersAsync(blobs, input.RunId, earlier, cancellationToken);
        }

        return preparation with
        {
            Earlier = await ReadEarlierTrials.KeepAsync(blobs, input.RunId, earlier, cancellationToken),
            Decided = decided.Resumed(earlier, sweep),
        };
    }

    /// <summary>With what these trials of a run were told to try, as kept with the run.</summary>
    private static async Task<IReadOnlyDictionary<string, EarlierTrial>> WithParametersAsync(
        BlobServiceClient blobs, string runId, IReadOnlyDictionary<string, EarlierTrial> trials, CancellationToken cancellationToken)
    {
        BlobContainerClient runs = blobs.GetBlobContainerClient(DataContainers.Runs);
        var found = new Dictionary<string, EarlierTrial>(StringComparer.Ordinal);
        foreach ((string id, EarlierTrial trial) in trials)
        {
            found[id] = trial with { Parameters = await runs.GetBlobClient(RunBlobs.Parameters(runId, id)).ReadJsonAsync<Dictionary<string, JsonElement>>(cancellationToken) };
        }

        return found;
    }
}
