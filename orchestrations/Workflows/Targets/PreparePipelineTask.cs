using System.Text;
using System.Text.Json;
using Azure.Storage.Blobs;
using DurableMl.BatchJobs.Submission;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Workflows.Targets;

/// <summary>A run that a workflow's task starts.</summary>
/// <param name="RunId">The run's id.</param>
/// <param name="Pipeline">The pipeline, as the task gives it.</param>
public sealed record PipelineTask(string RunId, JsonElement Pipeline);

/// <summary>Activity: checks the pipeline of <c>pipeline:run.sync</c> and keeps it with its run.</summary>
/// <param name="blobs">The data account.</param>
/// <param name="jobs">The jobs there are.</param>
public sealed class PreparePipelineTask(BlobServiceClient blobs, JobLibrary jobs)
{
    /// <summary>Returns what the run works on.</summary>
    /// <exception cref="PermanentFailureException">The pipeline is not valid; the message lists why.</exception>
    [Function(nameof(PreparePipelineTask))]
    public async Task<RunInput> RunAsync([ActivityTrigger] PipelineTask task, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        var reading = PipelineReader.Read(Encoding.UTF8.GetBytes(task.Pipeline.GetRawText()));
        var errors = reading.IsValid ? await PipelineCheck.CheckAsync(reading.Definition, jobs, cancellationToken) : reading.Errors;
        if (errors.Count > 0)
        {
            throw new PermanentFailureException($"The pipeline is not valid: {string.Join("; ", errors.Select(error => $"{error.Path} {error.Reason}"))}");
        }

        BlobContainerClient runs = blobs.GetBlobContainerClient(DataContainers.Runs);
        await runs.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        await runs.GetBlobClient(RunBlobs.Pipeline(task.RunId)).WriteJsonAsync(task.Pipeline, cancellationToken);
        return new RunInput(reading.Definition!);
    }
}
