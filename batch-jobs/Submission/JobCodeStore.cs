using System.IO.Compression;
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
            return stored.ArchiveSha256 is null ? await AddArchiveAsync(runId, manifest, stored, cancellationToken) : stored;
        }

        var found = await library.GetAsync(job, cancellationToken);
        var definition = found.Definition;
        await runs.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        var contents = new List<(string Path, ReadOnlyMemory<byte> Content)>();
        foreach (var file in found.Files)
        {
            contents.Add((file.Path, await library.ReadAsync(found, file, cancellationToken)));
        }

        foreach (var path in catalog.SharedFiles(definition))
        {
            contents.Add((path, await File.ReadAllBytesAsync(catalog.FullPath(path), cancellationToken)));
        }

        // File by file for people, and all in one for nodes: a request for each file, for each task, would be most of what a short trial costs.
        var files = new List<JobCodeFile>();
        foreach (var (path, content) in contents)
        {
            await runs.GetBlobClient(Prefix(runId) + path).UploadAsync(new BinaryData(content), overwrite: true, cancellationToken);
            files.Add(new JobCodeFile(path, JobLibrary.Hash(content.Span)));
        }

        var version = JobLibrary.Hash(Encoding.UTF8.GetBytes(JobCode.ManifestOf(files)));
        var code = new JobCode(
            definition.Name, definition.Command, definition.Image, files, version, definition.OwnImage, definition.Pool, definition.TimeLimit, found.Sha256)
        {
            ArchiveSha256 = await KeepArchiveAsync(runId, contents, cancellationToken),
        };
        try
        {
            // Written last and once: it is the sign that every file is there.
            var options = new BlobUploadOptions { Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All } };
            await manifest.UploadAsync(Content(code), options, cancellationToken);
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

    /// <summary>The blob of all of them in one zip file.</summary>
    public BlobClient Archive(string runId, JobCode code)
    {
        ArgumentNullException.ThrowIfNull(code);
        return runs.GetBlobClient(ArchiveName(runId, code.ArchiveSha256!));
    }

    private async Task<JobCode> AddArchiveAsync(string runId, BlobClient manifest, JobCode code, CancellationToken cancellationToken)
    {
        var contents = new List<(string Path, ReadOnlyMemory<byte> Content)>();
        foreach (var file in code.Files)
        {
            contents.Add((file.Path, (await Blob(runId, file).DownloadContentAsync(cancellationToken)).Value.Content.ToMemory()));
        }

        code = code with { ArchiveSha256 = await KeepArchiveAsync(runId, contents, cancellationToken) };
        await manifest.UploadAsync(Content(code), overwrite: true, cancellationToken);
        return code;
    }

    private async Task<string> KeepArchiveAsync(string runId, IEnumerable<(string Path, ReadOnlyMemory<byte> Content)> files, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        await using (ZipArchive archive = await ZipArchive.CreateAsync(buffer, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellationToken))
        {
            foreach (var (path, content) in files)
            {
                await using Stream entry = await archive.CreateEntry(path).OpenAsync(cancellationToken);
                await entry.WriteAsync(content, cancellationToken);
            }
        }

        // Under its hash: whoever does this at the same time may pack other bytes, and the manifest names one of the two.
        var zip = buffer.ToArray();
        var sha256 = JobLibrary.Hash(zip);
        await runs.GetBlobClient(ArchiveName(runId, sha256)).UploadAsync(new BinaryData(zip), overwrite: true, cancellationToken);
        return sha256;
    }

    private static string ArchiveName(string runId, string sha256) => $"{Prefix(runId)}{sha256}.zip";

    private static BinaryData Content(JobCode code) => new(JsonSerializer.SerializeToUtf8Bytes(code, Json));

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
