using System.Text.Json;
using Azure;
using Azure.Compute.Batch;
using Azure.Storage.Blobs;
using DurableMl.BatchJobs.Catalog;
using DurableMl.BatchJobs.Client;
using DurableMl.BatchJobs.Outcomes;

namespace DurableMl.BatchJobs.Submission;

/// <summary>Training on Batch, in steps that can each be done twice: submit, look, cancel, clean up. Safe for concurrent use.</summary>
public sealed class TrainingJobs
{
    private readonly BatchClient batch;
    private readonly BatchSettings settings;
    private readonly BlobServiceClient trialBlobs;
    private readonly BlobContainerClient runs;
    private readonly TrainingTaskBuilder builder;
    private readonly TrialGrants grants;

    /// <summary>Creates it over an account's client and the account that holds the data.</summary>
    public TrainingJobs(BatchClient batch, BlobServiceClient blobs, JobCatalog catalog, BatchSettings settings, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(blobs);
        this.batch = batch;
        this.settings = settings;
        trialBlobs = blobs;
        runs = blobs.GetBlobContainerClient(DataContainers.Runs);
        Library = new JobLibrary(blobs, catalog);
        Code = new JobCodeStore(blobs, Library, catalog);
        Trials = new TrialReader(blobs);
        var sas = new SasIssuer(blobs, time);
        grants = new TrialGrants(blobs, sas, settings.SasLifetime, time);
        builder = new TrainingTaskBuilder(settings, Code, sas);
    }

    /// <summary>The jobs there are.</summary>
    public JobLibrary Library { get; }

    /// <summary>The code that runs train with.</summary>
    public JobCodeStore Code { get; }

    /// <summary>What trials have left in blobs.</summary>
    public TrialReader Trials { get; }

    /// <summary>True if there is a pool of dedicated nodes to fall back to.</summary>
    public bool HasDedicatedPool => settings.DedicatedPoolId is not null;

    /// <summary>Stores the parameters and the run's code, makes the Batch job if it is not there, and adds the task unless Batch has it.</summary>
    /// <exception cref="InvalidJobException">There is no such job.</exception>
    /// <exception cref="RequestFailedException">Batch or storage refused.</exception>
    public async Task SubmitAsync(TrainingTask task, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        var code = await Code.UploadAsync(task.RunId, task.Job, cancellationToken);
        var parameters = new BinaryData(JsonSerializer.SerializeToUtf8Bytes(task.Parameters));
        await runs.GetBlobClient($"{task.BlobPrefix}/params.json").UploadAsync(parameters, overwrite: true, cancellationToken);
        await CreateJobAsync(task.RunId, task.Dedicated, code.Pool, cancellationToken);
        var options = await builder.BuildAsync(task, code, await grants.IssueAsync(task, cancellationToken), cancellationToken);
        try
        {
            await batch.CreateTaskAsync(task.BatchJobId, options, cancellationToken: cancellationToken);
        }
        catch (RequestFailedException exception) when (Is(exception, BatchErrorCode.TaskExists))
        {
            // An earlier call added it and its answer was lost.
        }
    }

    /// <summary>
    /// Gives a trial that waits or runs a later grant when the one it has gets old. To be called as often as somebody looks at the trial:
    /// a look now and then within a quarter of <see cref="BatchSettings.SasLifetime"/> keeps its access from running out.
    /// </summary>
    public async Task RenewAccessAsync(TrainingTask task, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        if (await grants.IsDueAsync(task, cancellationToken))
        {
            await grants.IssueAsync(task, cancellationToken);
        }
    }

    /// <summary>How the attempt ended, or null while it is waiting or running.</summary>
    public async Task<TrialOutcome?> OutcomeAsync(TrainingTask task, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        // Batch first: a task that is completed now has written its result before.
        var state = await TaskAsync(task, cancellationToken);
        var result = await Trials.ResultAsync(task.BlobPrefix, cancellationToken);
        return TrialOutcome.Classify(state, result, task.Attempt);
    }

    /// <summary>Asks the attempt's job to save a checkpoint and exit. One that is not on a node yet does so when it gets there.</summary>
    public async Task AskToStopAsync(TrainingTask task, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        var wish = new BinaryData(JsonSerializer.SerializeToUtf8Bytes(new { attempt = task.Attempt }));
        await TrialContainer.Of(trialBlobs, task.BlobPrefix).GetBlobClient($"{task.BlobPrefix}/stop.json").UploadAsync(wish, overwrite: true, cancellationToken);
    }

    /// <summary>Ends the task if it is not over; one that is gone is fine.</summary>
    public async Task CancelAsync(TrainingTask task, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        try
        {
            await batch.TerminateTaskAsync(task.BatchJobId, task.BatchTaskId, cancellationToken: cancellationToken);
        }
        catch (RequestFailedException exception) when (exception.Status == 404 || Is(exception, BatchErrorCode.TaskCompleted))
        {
            // Over already.
        }
    }

    /// <summary>Removes the run's Batch jobs with all their tasks; blobs stay.</summary>
    public async Task DeleteJobsAsync(string runId, CancellationToken cancellationToken = default)
    {
        foreach (var dedicated in new[] { false, true })
        {
            try
            {
                await batch.DeleteJobAsync(BatchIds.Job(runId, dedicated), context: new RequestContext { CancellationToken = cancellationToken });
            }
            catch (RequestFailedException exception) when (exception.Status == 404 || Is(exception, BatchErrorCode.JobBeingDeleted))
            {
                // Never made, or deleted by an earlier call.
            }
        }
    }

    private static bool Is(RequestFailedException exception, BatchErrorCode code) =>
        string.Equals(exception.ErrorCode, code.ToString(), StringComparison.OrdinalIgnoreCase);

    private async Task CreateJobAsync(string runId, bool dedicated, string? ownPool, CancellationToken cancellationToken)
    {
        var pool = ownPool is not null ? ownPool
            : dedicated ? settings.DedicatedPoolId ?? throw new InvalidOperationException("The setting Batch__DedicatedPoolId is missing: there are no dedicated nodes to run on.")
            : settings.PoolId;
        var job = new BatchJobCreateOptions(BatchIds.Job(runId, dedicated), new BatchPoolInfo { PoolId = pool }) { DisplayName = runId };
        try
        {
            await batch.CreateJobAsync(job, cancellationToken: cancellationToken);
        }
        catch (RequestFailedException exception) when (Is(exception, BatchErrorCode.JobExists))
        {
            // The run's first trial made it.
        }
    }

    private async Task<BatchTask?> TaskAsync(TrainingTask task, CancellationToken cancellationToken)
    {
        try
        {
            return (await batch.GetTaskAsync(task.BatchJobId, task.BatchTaskId, cancellationToken: cancellationToken)).Value;
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return null;
        }
    }
}
