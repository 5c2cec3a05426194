using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Compression;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Orchestrations.Blobs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Options;

namespace DurableMl.Orchestrations.Preprocessing.Sources;

/// <summary>What <see cref="UnpackArchive"/> works on: a zip archive among the raw files.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Dataset">The dataset's name.</param>
/// <param name="Container">The blob's container.</param>
/// <param name="Blob">The blob's name.</param>
/// <param name="Path">Its name below its source.</param>
/// <param name="ETag">Its ETag; another version is not unpacked.</param>
/// <param name="Key">What the archive is, as names of blobs say it.</param>
public sealed record UnpackArchiveInput(string RunId, string Dataset, string Container, string Blob, string Path, string ETag, string Key);

/// <summary>A plan of tables or images.</summary>
public interface IFilesPlan
{
    /// <summary>Archives among them that are to be unpacked first; then nothing is planned yet.</summary>
    IReadOnlyList<UnpackArchiveInput> Archives { get; }
}

/// <summary>
/// Activity: copies the files of an archive into blobs beside the dataset's versions, where a run that finds them there does not unpack them again.
/// They stand for the archive, as if they had been uploaded in its place.
/// </summary>
/// <param name="blobs">The data account.</param>
/// <param name="options">The settings.</param>
public sealed class UnpackArchive(BlobServiceClient blobs, IOptions<SourceOptions> options)
{
    private const int MaxEntries = 100_000;
    private const int LongestPath = 800;
    private const int Parallel = 4;

    /// <summary>Copies them, and leaves a list of them in the run's staging folder.</summary>
    /// <param name="input">The archive.</param>
    /// <param name="cancellationToken">The host stops.</param>
    /// <returns>How many files it has.</returns>
    /// <exception cref="DatasetFormatException">It is no archive, damaged, encrypted, or beyond the limits.</exception>
    [Function(nameof(UnpackArchive))]
    public async Task<int> RunAsync([ActivityTrigger] UnpackArchiveInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        BlobContainerClient container = blobs.GetBlobContainerClient(DataContainers.Datasets);
        await container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        string place = $"{input.Container}/{input.Blob}";
        try
        {
            IReadOnlyList<RawBlob> files = await UnpackAsync(container, input, place, cancellationToken);
            await container.GetBlobClient(DatasetBlobs.Unpacked(input.Dataset, input.RunId, input.Key)).WriteJsonAsync(files, cancellationToken);
            return files.Count;
        }
        catch (RequestFailedException e) when (e.Status is 404 or 412)
        {
            throw new DatasetFormatException(place, "the blob that the dataset was planned from", "another version of it, or none; start the run again");
        }
    }

    private async Task<IReadOnlyList<RawBlob>> UnpackAsync(BlobContainerClient container, UnpackArchiveInput input, string place, CancellationToken cancellationToken)
    {
        BlobClient blob = blobs.GetBlobContainerClient(input.Container).GetBlobClient(input.Blob);
        var version = new ETag(input.ETag);
        string[] paths = await RawArchive.ReadAsync(blob, version, archive => Task.FromResult(Check(archive, input.Path, place)), cancellationToken);
        IReadOnlyDictionary<string, RawBlob> before = await ListAsync(container, input, cancellationToken);
        var copies = new FetchedBlobs(container, input.Dataset, options.Value.MaxBytes);
        var unpacked = new ConcurrentBag<RawBlob>();
        // Each reads its own part of the archive.
        await System.Threading.Tasks.Parallel.ForEachAsync(
            Enumerable.Range(0, Parallel),
            new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken },
            async (part, token) => await RawArchive.ReadAsync(blob, version, archive => CopyAsync(archive, part, token), token));
        return [.. unpacked.OrderBy(file => file.Path, StringComparer.Ordinal)];

        async Task<int> CopyAsync(ZipArchive archive, int part, CancellationToken token)
        {
            int first = (int)((long)paths.Length * part / Parallel);
            int end = (int)((long)paths.Length * (part + 1) / Parallel);
            // What is no file has no path.
            foreach (int i in Enumerable.Range(first, end - first).Where(i => paths[i].Length > 0))
            {
                unpacked.Add(before.TryGetValue(paths[i], out RawBlob? same) ? same : await CopyEntryAsync(archive.Entries[i], paths[i], token));
            }

            return end - first;
        }

        async Task<RawBlob> CopyEntryAsync(ZipArchiveEntry entry, string path, CancellationToken token)
        {
            await using Stream content = await entry.OpenAsync(token);
            long left = entry.Length;
            return await copies.WriteAsync(copies.Blob(input.Key, path), path, $"{place}, {entry.FullName}", null, ReadAsync, token);

            async Task<int> ReadAsync(Memory<byte> buffer, CancellationToken stop)
            {
                int read = await content.ReadAsync(buffer, stop);
                left -= read;
                return left >= 0 ? read : throw new InvalidDataException($"{entry.FullName} is longer than it says");
            }
        }
    }

    /// <summary>The names of an archive's files below its source, by the numbers of their entries; empty for what is no file.</summary>
    private string[] Check(ZipArchive archive, string path, string place)
    {
        if (archive.Entries.Count > MaxEntries)
        {
            throw new DatasetFormatException(place, $"at most {MaxEntries} entries", string.Create(CultureInfo.InvariantCulture, $"{archive.Entries.Count}"));
        }

        string folder = path[..(path.LastIndexOf('/') + 1)];
        var paths = new string[archive.Entries.Count];
        var names = new HashSet<string>(StringComparer.Ordinal);
        long bytes = 0;
        foreach ((int i, ZipArchiveEntry entry) in archive.Entries.Index())
        {
            // Some programs for Windows write its separators.
            string name = entry.FullName.Replace('\\', '/');
            string shown = $"{place}, {(name.Length > 100 ? name[..100] + "…" : name)}";
            bool leadsOut = name.TrimEnd('/').Split('/').Any(part => part is "" or "." or "..");
            paths[i] = !leadsOut && (name.EndsWith('/') || !RawBlobs.IsData(name)) ? "" : folder + name;
            if (paths[i].Length == 0)
            {
                continue;
            }

            RawArchive.Check(entry, shown);
            string? wrong = leadsOut ? "a path that leads out of it"
                : paths[i].Length > LongestPath ? $"a path of {paths[i].Length} characters"
                : entry.IsEncrypted ? "one that is encrypted"
                : UnpackedFiles.IsArchive(name) ? "an archive in an archive"
                : names.Add(name) ? null
                : "a name that is there twice";
            if (wrong is not null)
            {
                throw new DatasetFormatException(shown, $"a file with a name of its own, of at most {LongestPath} characters with its folders", wrong);
            }

            bytes += entry.Length;
        }

        return bytes <= options.Value.MaxBytes ? paths
            : throw new DatasetFormatException(place, $"at most {options.Value.MaxBytes} bytes unpacked, which is the setting {SourceOptions.Section}__MaxBytes", string.Create(CultureInfo.InvariantCulture, $"{bytes}"));
    }

    /// <summary>What another run, or an attempt before this one, has unpacked already.</summary>
    private static async Task<IReadOnlyDictionary<string, RawBlob>> ListAsync(BlobContainerClient container, UnpackArchiveInput input, CancellationToken cancellationToken)
    {
        string prefix = DatasetBlobs.FetchedFile(input.Dataset, input.Key, "");
        var found = new Dictionary<string, RawBlob>(StringComparer.Ordinal);
        await foreach (BlobItem item in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancellationToken))
        {
            string path = item.Name[prefix.Length..];
            found[path] = RawBlobs.Of(container.Name, item.Name, path, item.Properties.ETag!.Value, item.Properties.ContentLength ?? 0, item.Properties.ContentHash);
        }

        return found;
    }
}

/// <summary>The raw files of a dataset, where what an archive holds stands for it.</summary>
internal static class UnpackedFiles
{
    private const int MostArchives = 1_000;

    /// <summary>Whether a name is that of an archive of tables or images.</summary>
    public static bool IsArchive(string name) => name.EndsWith(".zip", StringComparison.OrdinalIgnoreCase);

    /// <summary>Lists the files, and the archives that are to be unpacked first.</summary>
    /// <inheritdoc cref="RawBlobs.ListAsync"/>
    public static async Task<(IReadOnlyList<RawBlob> Files, IReadOnlyList<UnpackArchiveInput> Archives)> ListAsync(
        BlobServiceClient blobs, PlanDatasetInput input, int most, CancellationToken cancellationToken)
    {
        var files = new List<RawBlob>();
        var archives = new List<UnpackArchiveInput>();
        BlobContainerClient container = blobs.GetBlobContainerClient(DataContainers.Datasets);
        foreach (RawBlob raw in await RawBlobs.ListAsync(blobs, input, cancellationToken, most))
        {
            if (!IsArchive(raw.Path))
            {
                files.Add(raw);
                continue;
            }

            string key = FetchedBlobs.Key($"zip {raw.Place} {raw.Path} {raw.Md5 ?? raw.ETag}");
            if (await container.GetBlobClient(DatasetBlobs.Unpacked(input.Dataset.Name, input.RunId, key)).ReadJsonAsync<RawBlob[]>(cancellationToken) is { } held)
            {
                files.AddRange(held.Select(file => file with { Source = raw.Source }));
            }
            else
            {
                archives.Add(new UnpackArchiveInput(input.RunId, input.Dataset.Name, raw.Container, raw.Blob, raw.Path, raw.ETag, key));
            }

            if (files.Count > most || archives.Count > MostArchives)
            {
                throw new DatasetFormatException(input.Dataset.Place, $"at most {most} files, and {MostArchives} archives", "more");
            }
        }

        // As they would be listed without archives.
        return ([.. files.OrderBy(file => file.Source).ThenBy(file => file.Path, StringComparer.Ordinal)], archives);
    }
}
