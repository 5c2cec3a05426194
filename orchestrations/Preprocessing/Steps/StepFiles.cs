using System.Security.Cryptography;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.BatchJobs.Outcomes;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Runs;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Preprocessing.Steps;

/// <summary>
/// Activity: puts the raw files aside as a dataset of their own, whose version is its content's hash, since that is what a job finds on its node.
/// </summary>
/// <param name="blobs">The data account.</param>
public sealed class PrepareStep(BlobServiceClient blobs)
{
    /// <summary>The name of the datasets that steps work on.</summary>
    internal const string Dataset = "step-inputs";

    private const int Parallel = 4;

    /// <summary>Copies the files; those of several sources into a folder each, named by the source's number.</summary>
    /// <param name="input">The run, the dataset and the steps that are done.</param>
    /// <param name="cancellationToken">The host stops.</param>
    /// <returns>The version.</returns>
    /// <exception cref="DatasetFormatException">A source is empty, or a file has changed meanwhile.</exception>
    [Function(nameof(PrepareStep))]
    public async Task<string> RunAsync([ActivityTrigger] PlanDatasetInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        BlobContainerClient datasets = blobs.GetBlobContainerClient(DataContainers.Datasets);
        await datasets.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        IReadOnlyList<RawBlob> raw = await RawBlobs.ListAsync(blobs, input, cancellationToken);
        bool isOneSource = raw.All(blob => blob.Source == 0);
        var hashes = new string[raw.Count];
        await EachAsync(raw, async (i, token) => hashes[i] = await HashAsync(raw[i], token), cancellationToken);
        string[] names = [.. raw.Select(blob => isOneSource ? blob.Path : $"{blob.Source}/{blob.Path}")];
        var manifest = new FileManifest(Dataset, "durableml-step/1", names.Zip(hashes));
        await EachAsync(raw, (i, token) => CopyAsync(raw[i], manifest.File(datasets, names[i]), token), cancellationToken);
        await manifest.UploadAsync(datasets, cancellationToken);
        return manifest.Version;
    }

    private static Task EachAsync(IReadOnlyList<RawBlob> raw, Func<int, CancellationToken, Task> work, CancellationToken cancellationToken) =>
        System.Threading.Tasks.Parallel.ForEachAsync(
            Enumerable.Range(0, raw.Count),
            new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken },
            async (i, token) => await work(i, token));

    private async Task<string> HashAsync(RawBlob raw, CancellationToken cancellationToken)
    {
        try
        {
            var same = new BlobOpenReadOptions(allowModifications: false) { Conditions = new BlobRequestConditions { IfMatch = new ETag(raw.ETag) } };
            await using Stream content = await Source(raw).OpenReadAsync(same, cancellationToken);
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken));
        }
        catch (RequestFailedException e) when (e.Status is 404 or 412)
        {
            throw Changed(raw);
        }
    }

    private async Task CopyAsync(RawBlob raw, BlobClient target, CancellationToken cancellationToken)
    {
        try
        {
            // Within one account the service copies by itself, with the caller's own authorization.
            CopyFromUriOperation copy = await target.StartCopyFromUriAsync(
                Source(raw).Uri, new BlobCopyFromUriOptions { SourceConditions = new BlobRequestConditions { IfMatch = new ETag(raw.ETag) } }, cancellationToken);
            await copy.WaitForCompletionAsync(cancellationToken);
        }
        catch (RequestFailedException e) when (e.Status is 404 or 412)
        {
            throw Changed(raw);
        }
    }

    private BlobClient Source(RawBlob raw) => blobs.GetBlobContainerClient(raw.Container).GetBlobClient(raw.Blob);

    private static DatasetFormatException Changed(RawBlob raw) =>
        new(raw.Place, "the blob that the dataset was planned from", "another version of it, or none; start the run again");
}

/// <summary>What <see cref="TakeStepOutput"/> works on.</summary>
/// <param name="Dataset">The run, the dataset and the steps that were done before.</param>
/// <param name="StepRunId">The run of the step.</param>
public sealed record TakeStepOutputInput(PlanDatasetInput Dataset, string StepRunId);

/// <summary>Activity: takes what a step's job left for the raw files from here on.</summary>
/// <param name="blobs">The data account.</param>
public sealed class TakeStepOutput(BlobServiceClient blobs)
{
    private const string MetricsLog = "metrics.jsonl";

    /// <summary>Leaves the list of files in the run's staging folder.</summary>
    /// <param name="input">The step.</param>
    /// <param name="cancellationToken">The host stops.</param>
    /// <exception cref="PermanentFailureException">The job left no files.</exception>
    [Function(nameof(TakeStepOutput))]
    public async Task RunAsync([ActivityTrigger] TakeStepOutputInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        (PlanDatasetInput before, string run) = (input.Dataset, input.StepRunId);
        string trial = RunIds.TrialId(0);
        TrialResult? result = await new TrialReader(blobs).ResultAsync(RunBlobs.Trial(run, trial).TrimEnd('/'), cancellationToken);
        var files = new List<RawBlob>();
        foreach (TrialOutput output in result?.Outputs.Where(output => output.File != MetricsLog).OrderBy(output => output.File, StringComparer.Ordinal) ?? Enumerable.Empty<TrialOutput>())
        {
            BlobClient blob = RunBlobs.Output(blobs, run, trial, output.File);
            BlobProperties properties = await blob.GetPropertiesAsync(cancellationToken: cancellationToken);
            // The job's own hash, so that the same output makes the same dataset, whatever storage keeps of it.
            files.Add(new RawBlob(blob.BlobContainerName, blob.Name, output.File, properties.ETag.ToString(), properties.ContentLength, output.Sha256));
        }

        if (files.Count == 0)
        {
            throw new PermanentFailureException(
                $"dataset.steps[{before.StepsDone}]: the job {before.Dataset.Steps[before.StepsDone].Job} left no files in DML_OUTPUT; what it leaves there takes the place of the raw files.");
        }

        await blobs.GetBlobContainerClient(DataContainers.Datasets).GetBlobClient(DatasetBlobs.StepOutput(before.Dataset.Name, before.RunId, before.StepsDone))
            .WriteJsonAsync(files, cancellationToken);
    }
}
