using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.BatchJobs.Catalog;

namespace DurableMl.BatchJobs.Submission;

/// <summary>A version of a job.</summary>
/// <param name="Definition">What its <c>job.json</c> says.</param>
/// <param name="Sha256">The hash of its files' paths and hashes: the same files are the same version.</param>
/// <param name="Files">Its own files.</param>
/// <param name="Shipped">Whether it came with the application; else somebody pushed it.</param>
public sealed record Job(JobDefinition Definition, string Sha256, IReadOnlyList<JobCodeFile> Files, bool Shipped);

/// <summary>A job of the library.</summary>
/// <param name="Name">Its name, by which pipelines name its newest version.</param>
/// <param name="Sha256">That version: <c>name@sha256</c> names it for good.</param>
/// <param name="Shipped">Whether it came with the application.</param>
/// <param name="Description">What it trains.</param>
public sealed record JobEntry(string Name, string Sha256, bool Shipped, string? Description);

/// <summary>
/// All jobs that pipelines may name: those shipped, and those that users have pushed to the container <c>jobs</c>, where a version lies under
/// its hash and never changes. Safe for concurrent use.
/// </summary>
/// <param name="blobs">The data account.</param>
/// <param name="shipped">The jobs shipped with the application.</param>
public sealed class JobLibrary(BlobServiceClient blobs, JobCatalog shipped)
{
    private const int MostJobs = 1000;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private readonly BlobContainerClient container = blobs.GetBlobContainerClient(DataContainers.Jobs);

    /// <summary>Splits <c>name</c> or <c>name@sha256</c>; the version is null for the newest.</summary>
    public static (string Name, string? Version) Split(string reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        return reference.IndexOf('@', StringComparison.Ordinal) is >= 0 and var at ? (reference[..at], reference[(at + 1)..]) : (reference, null);
    }

    /// <summary>Finds a job as pipelines name it.</summary>
    /// <param name="reference"><c>name</c>, which means the newest version, or <c>name@sha256</c>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="InvalidJobException">There is no such job or version.</exception>
    public async Task<Job> GetAsync(string reference, CancellationToken cancellationToken = default)
    {
        var (name, version) = Split(reference);
        if (shipped.Names.Contains(name, StringComparer.Ordinal))
        {
            var job = Shipped(name);
            return version is null || version == job.Sha256
                ? job
                : throw new InvalidJobException($"Of '{name}', which is shipped, there is version {job.Sha256} and no other, not {version}.");
        }

        if (!JobCatalog.IsName(name) || (version ?? await NewestAsync(name, cancellationToken)) is not { } sha256)
        {
            throw new InvalidJobException(
                $"There is no job '{name}'; the jobs are {string.Join(", ", await NamesAsync(cancellationToken))}. `durableml jobs push FOLDER` adds one.");
        }

        var files = sha256.All(char.IsAsciiHexDigitLower) ? await ReadAsync<List<JobCodeFile>>(Manifest(name, sha256), cancellationToken) : null;
        if (files is null)
        {
            throw new InvalidJobException($"There is no version {sha256} of the job '{name}'. A version is the SHA-256 that `durableml jobs push` prints.");
        }

        var found = new Job(new JobDefinition { Name = name, Command = [] }, sha256, files, Shipped: false);
        var definition = files.Single(file => file.Path == $"{JobCatalog.FolderOf(name)}/{JobDefinition.File}");
        return found with { Definition = shipped.Read(name, await ReadAsync(found, definition, cancellationToken)) };
    }

    /// <summary>Keeps a version of a job, unless it is there, and lets the job's name mean it from now on.</summary>
    public async Task<Job> PushAsync(JobPackage package, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(package);
        var name = package.Definition.Name;
        JobCodeFile[] files = [.. package.Files.Select(file => new JobCodeFile($"{JobCatalog.FolderOf(name)}/{file.Key}", Hash(file.Value.Span)))];
        var job = new Job(package.Definition, Version(files), files, Shipped: false);
        await container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        if (!await Manifest(name, job.Sha256).ExistsAsync(cancellationToken))
        {
            foreach (var (path, content) in package.Files)
            {
                await container.GetBlobClient($"{name}/{job.Sha256}/{path}").UploadAsync(new BinaryData(content), overwrite: true, cancellationToken);
            }

            // Last: it is the sign that every file is there.
            await WriteAsync(Manifest(name, job.Sha256), files, cancellationToken);
        }

        await WriteAsync(Newest(name), new NewestVersion(job.Sha256), cancellationToken);
        return job;
    }

    /// <summary>All jobs, by name.</summary>
    public async Task<IReadOnlyList<JobEntry>> ListAsync(CancellationToken cancellationToken = default)
    {
        var entries = new List<JobEntry>();
        foreach (var name in await NamesAsync(cancellationToken))
        {
            var job = await GetAsync(name, cancellationToken);
            entries.Add(new JobEntry(name, job.Sha256, job.Shipped, job.Definition.Description));
        }

        return entries;
    }

    /// <summary>Reads a file of a job's own.</summary>
    /// <exception cref="InvalidJobException">It is not what it was when the job was pushed.</exception>
    public async Task<ReadOnlyMemory<byte>> ReadAsync(Job job, JobCodeFile file, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(file);
        if (job.Shipped)
        {
            return await File.ReadAllBytesAsync(shipped.FullPath(file.Path), cancellationToken);
        }

        var name = $"{job.Definition.Name}/{job.Sha256}{file.Path[JobCatalog.FolderOf(job.Definition.Name).Length..]}";
        ReadOnlyMemory<byte> content = (await container.GetBlobClient(name).DownloadContentAsync(cancellationToken)).Value.Content.ToMemory();
        return Hash(content.Span) == file.Sha256 ? content : throw new InvalidJobException($"jobs/{name} was changed after it was pushed; push the job again.");
    }

    internal static string Hash(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private static string Version(IEnumerable<JobCodeFile> files) => Hash(Encoding.UTF8.GetBytes(JobCode.ManifestOf(files)));

    private static async Task WriteAsync<T>(BlobClient blob, T document, CancellationToken cancellationToken) =>
        await blob.UploadAsync(new BinaryData(JsonSerializer.SerializeToUtf8Bytes(document, Json)), overwrite: true, cancellationToken);

    private static async Task<T?> ReadAsync<T>(BlobClient blob, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return (await blob.DownloadContentAsync(cancellationToken)).Value.Content.ToObjectFromJson<T>(Json);
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return null;
        }
    }

    private Job Shipped(string name)
    {
        JobCodeFile[] files = [.. shipped.Files(name).Select(path => new JobCodeFile(path, Hash(File.ReadAllBytes(shipped.FullPath(path)))))];
        return new Job(shipped.Get(name), Version(files), files, Shipped: true);
    }

    private BlobClient Manifest(string name, string sha256) => container.GetBlobClient($"{name}/{sha256}.json");

    private BlobClient Newest(string name) => container.GetBlobClient($"{name}/newest.json");

    private async Task<string?> NewestAsync(string name, CancellationToken cancellationToken) => (await ReadAsync<NewestVersion>(Newest(name), cancellationToken))?.Sha256;

    private async Task<IReadOnlyList<string>> NamesAsync(CancellationToken cancellationToken)
    {
        var names = new List<string>(shipped.Names);
        try
        {
            await foreach (var item in container.GetBlobsByHierarchyAsync(BlobTraits.None, BlobStates.None, "/", "", cancellationToken))
            {
                // A folder without a newest version is a push that has not ended.
                if (item.IsPrefix && names.Count < MostJobs && await NewestAsync(item.Prefix.TrimEnd('/'), cancellationToken) is not null)
                {
                    names.Add(item.Prefix.TrimEnd('/'));
                }
            }
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            // Nobody has pushed a job yet.
        }

        return [.. names.Order(StringComparer.Ordinal)];
    }

    private sealed record NewestVersion(string Sha256);
}
