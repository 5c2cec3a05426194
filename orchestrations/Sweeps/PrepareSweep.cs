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
/// <param name="Earlier">What a resumed run has left of its trials, by their ids; null for one that begins.</param>
public sealed record SweepPreparation(string CodeSha256, bool HasDedicatedPool, IReadOnlyDictionary<string, EarlierTrial>? Earlier = null)
{
    /// <summary>The hyperparameters of those trials, where the sampler would not choose the same again.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, JsonElement>>? EarlierParameters { get; init; }

    /// <summary>What earlier runs had seen, for a sampler that learns.</summary>
    public IReadOnlyList<SeenTrial> Observations { get; init; } = [];

    /// <summary>What people had decided before the run was resumed.</summary>
    public IReadOnlyList<SweepDecision> Decisions { get; init; } = [];

    /// <summary>Without what there was of the first so many trials, which is taken over.</summary>
    /// <param name="trials">How many.</param>
    public SweepPreparation From(int trials) => this with { Earlier = Rest(Earlier, trials), EarlierParameters = Rest(EarlierParameters, trials) };

    private static Dictionary<string, T>? Rest<T>(IReadOnlyDictionary<string, T>? all, int trials) =>
        all?.Where(one => RunIds.TrialIndex(one.Key) >= trials).ToDictionary(StringComparer.Ordinal);
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
        SweepDefinition sweep = input.Sweep with { Trials = input.Sweep.Trials + decisions.Sum(decision => decision.Added) };
        IReadOnlyDictionary<string, EarlierTrial> earlier = await EarlierTrials.FindAsync(trials, input with { Sweep = sweep }, cancellationToken);
        bool chosen = sweep.Sampler.Learns || decisions.Any(decision => decision is { Added: > 0, Parameters: not null });
        return preparation with
        {
            Earlier = earlier,
            EarlierParameters = chosen ? await ParametersAsync(blobs, input.RunId, earlier.Keys, cancellationToken) : null,
            Decisions = decisions,
        };
    }

    /// <summary>What these trials of a run were told to try, as kept with the run.</summary>
    private static async Task<IReadOnlyDictionary<string, IReadOnlyDictionary<string, JsonElement>>> ParametersAsync(
        BlobServiceClient blobs, string runId, IEnumerable<string> trials, CancellationToken cancellationToken)
    {
        BlobContainerClient runs = blobs.GetBlobContainerClient(DataContainers.Runs);
        var parameters = new Dictionary<string, IReadOnlyDictionary<string, JsonElement>>(StringComparer.Ordinal);
        foreach (string trial in trials)
        {
            if (await runs.GetBlobClient(RunBlobs.Parameters(runId, trial)).ReadJsonAsync<Dictionary<string, JsonElement>>(cancellationToken) is { } kept)
            {
                parameters[trial] = kept;
            }
        }

        return parameters;
    }
}
