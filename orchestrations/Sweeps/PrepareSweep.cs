using Azure.Storage.Blobs;
using DurableMl.BatchJobs.Catalog;
using DurableMl.BatchJobs.Submission;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Training;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DurableMl.Orchestrations.Sweeps;

/// <summary>What <see cref="PrepareSweep"/> found and did.</summary>
/// <param name="CodeSha256">The version of the code kept with the run.</param>
/// <param name="HasDedicatedPool">Whether there are dedicated nodes to fall back to.</param>
/// <param name="Earlier">What a resumed run has left of its trials, by their ids; null for one that begins.</param>
public sealed record SweepPreparation(string CodeSha256, bool HasDedicatedPool, IReadOnlyDictionary<string, EarlierTrial>? Earlier = null);

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
            return new SweepPreparation(
                code.Sha256, training.HasDedicatedPool, input.Resumed ? await EarlierTrials.FindAsync(training.Trials, input, cancellationToken) : null);
        }
        catch (InvalidJobException e)
        {
            throw new PermanentFailureException(e.Message, e);
        }
    }
}
