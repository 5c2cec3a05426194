using System.Text;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.BatchJobs.Catalog;

namespace DurableMl.BatchJobs.Submission;

/// <summary>Keeps a job's code with the run, so that all its trials train with the same scripts, whatever is deployed meanwhile.</summary>
/// <param name="blobs">The data account.</param>
/// <param name="library">The jobs there are.</param>
/// <param name="catalog">What is shipped, for the runner and what jobs share.</param>
public sealed class JobCodeStore(BlobServiceClient blobs, JobLibrary library, JobCatalog catalog)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private readonly BlobContainerClient runs = blobs.GetBlobContainerClient(DataContainers.Runs);

    /// <summary>Uploads the job's files unless this run has them already; returns what the run has. Safe to call again and at the same time.</summary>
    /// <exception cref="InvalidJobException">There is no such job.</exception>
    public async Task<JobCode> UploadAsync(string runId, string job, CancellationToken cancellationToken = default)
    {
        var manifest = runs.GetBlobClient($"{Prefix(runId)}{JobLibrary.Split(job).Name}.json");
        if (await ReadAsync(manifest, cancellationToken) is { } stored)
        {
            return stored;
        }

        var found = await library.GetAsync(job, cancellationToken);
        var definition = found.Definition;
        await runs.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        var files = new List<JobCodeFile>();
        foreach (var file in found.Files)
        {
            files.Add(await KeepAsync(runId, file.Path, await library.ReadAsync(found, file, cancellationToken), cancellationToken));
        }

        foreach (var path in catalog.SharedFiles(definition))
        {
            files.Add(await KeepAsync(runId, path, await File.ReadAllBytesAsync(catalog.FullPath(path), cancellationToken), cancellationToken));
        }

        var version = JobLibrary.Hash(Encoding.UTF8.GetBytes(JobCode.ManifestOf(files)));
        var code = new JobCode(
            definition.Name, definition.Command, definition.Image, files, version, definition.OwnImage, definition.Pool, definition.TimeLimit, found.Sha256);
        try
        {
            // Written last and once: it is the sign that every file is there.
            var options = new BlobUploadOptions { Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All } };
            await manifest.UploadAsync(new BinaryData(JsonSerializer.SerializeToUtf8Bytes(code, Json)), options, cancellationToken);
            return code;
        }
        catch (RequestFailedException exception) when (exception.Status is 409 or 412)
        {
            return await ReadAsync(manifest, cancellationToken) ?? throw new InvalidOperationException($"The code of run {runId} was deleted while it was read.", exception);
        }
    }

    /// <summary>The blob of one of the run's code files.</summary>
    public BlobClient Blob(string runId, JobCodeFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return runs.GetBlobClient(Prefix(runId) + file.Path);
    }

    private async Task<JobCodeFile> KeepAsync(string runId, string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        await runs.GetBlobClient(Prefix(runId) + path).UploadAsync(new BinaryData(content), overwrite: true, cancellationToken);
        return new JobCodeFile(path, JobLibrary.Hash(content.Span));
    }

    private static string Prefix(string runId) => $"{runId}/code/";

    private static async Task<JobCode?> ReadAsync(BlobClient blob, CancellationToken cancellationToken)
    {
        try
        {
            var content = await blob.DownloadContentAsync(cancellationToken);
            return content.Value.Content.ToObjectFromJson<JobCode>(Json);
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return null;
        }
    }
}
