using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Pipelines;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Options;

namespace DurableMl.Orchestrations.Preprocessing.Sources;

/// <summary>What <see cref="FetchSource"/> works on.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Dataset">The dataset's name.</param>
/// <param name="Index">The source's number.</param>
/// <param name="Source">The source: a file of a web server, or a mounted folder.</param>
public sealed record FetchSourceInput(string RunId, string Dataset, int Index, DatasetSource Source);

/// <summary>
/// Activity: copies what lies outside of the account into blobs beside the dataset's versions, under names that follow from what it is: a run
/// that finds it there does not copy it again.
/// </summary>
/// <param name="blobs">The data account.</param>
/// <param name="web">Files of web servers.</param>
/// <param name="options">The settings.</param>
public sealed class FetchSource(BlobServiceClient blobs, WebFiles web, IOptions<SourceOptions> options)
{
    private const int BlockBytes = 8 << 20;
    private const int Parallel = 4;
    private const int MostFiles = 1_000_000;

    /// <summary>Copies it, and leaves a list of its blobs in the run's staging folder.</summary>
    /// <param name="input">The source.</param>
    /// <param name="cancellationToken">The host stops.</param>
    /// <returns>How many files it has.</returns>
    /// <exception cref="DatasetFormatException">The settings do not allow it, it is not there, too large, or not what it should hash to.</exception>
    [Function(nameof(FetchSource))]
    public async Task<int> RunAsync([ActivityTrigger] FetchSourceInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        BlobContainerClient container = blobs.GetBlobContainerClient(DataContainers.Datasets);
        await container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        IReadOnlyList<RawBlob> fetched = input.Source switch
        {
            WebSource source => [await FetchAsync(container, input, source, cancellationToken)],
            FolderSource source => await CopyAsync(container, input, source, cancellationToken),
            _ => throw new ArgumentException("What lies in blobs is not fetched.", nameof(input)),
        };
        await container.GetBlobClient(DatasetBlobs.Fetched(input.Dataset, input.RunId, input.Index)).WriteJsonAsync(fetched, cancellationToken);
        return fetched.Count;
    }

    private async Task<RawBlob> FetchAsync(BlobContainerClient container, FetchSourceInput input, WebSource source, CancellationToken cancellationToken)
    {
        if (source.Sha256 is { } sha256 && await FindAsync(BlobOf($"sha256 {sha256}"), source.Name, cancellationToken) is { } same)
        {
            return same;
        }

        await using WebFile file = await web.OpenAsync(source.Url, source.Place, cancellationToken);
        Check(source.Place, file.Length ?? 0);
        // Of a server that names no versions, every run has its own copy.
        BlockBlobClient blob = BlobOf(source.Sha256 is null ? $"web {source.Url} {file.Version ?? input.RunId}" : $"sha256 {source.Sha256}");
        return await FindAsync(blob, source.Name, cancellationToken)
            ?? await WriteAsync(blob, source.Name, source.Place, source.Sha256, file.ReadAsync, cancellationToken);

        BlockBlobClient BlobOf(string identity) => container.GetBlockBlobClient(DatasetBlobs.FetchedFile(input.Dataset, Key(identity), source.Name));
    }

    private async Task<IReadOnlyList<RawBlob>> CopyAsync(BlobContainerClient container, FetchSourceInput input, FolderSource source, CancellationToken cancellationToken)
    {
        var copied = new ConcurrentBag<RawBlob>();
        await System.Threading.Tasks.Parallel.ForEachAsync(
            MountedFolder.Files(options.Value.Folder, source, MostFiles),
            new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken },
            async (file, token) =>
            {
                string place = source.Place + file.Path;
                Check(place, file.Info.Length);
                string identity = string.Create(CultureInfo.InvariantCulture, $"file {source.Path}{file.Path} {file.Info.Length} {file.Info.LastWriteTimeUtc.Ticks}");
                BlockBlobClient blob = container.GetBlockBlobClient(DatasetBlobs.FetchedFile(input.Dataset, Key(identity), file.Path));
                if (await FindAsync(blob, file.Path, token) is { } same)
                {
                    copied.Add(same);
                    return;
                }

                await using FileStream content = new(file.Info.FullName, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, FileOptions.Asynchronous);
                copied.Add(await WriteAsync(blob, file.Path, place, null, (buffer, stop) => content.ReadAsync(buffer, stop).AsTask(), token));
            });
        return [.. copied.OrderBy(blob => blob.Path, StringComparer.Ordinal)];
    }

    private void Check(string place, long bytes)
    {
        if (bytes > options.Value.MaxBytes)
        {
            throw new DatasetFormatException(place, $"at most {options.Value.MaxBytes} bytes, which is the setting {SourceOptions.Section}__MaxBytes", $"{bytes} or more");
        }
    }

    private static string Key(string identity) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)))[..32];

    private static async Task<RawBlob?> FindAsync(BlockBlobClient blob, string path, CancellationToken cancellationToken)
    {
        try
        {
            BlobProperties properties = await blob.GetPropertiesAsync(cancellationToken: cancellationToken);
            return RawBlobs.Of(blob.BlobContainerName, blob.Name, path, properties.ETag, properties.ContentLength, properties.ContentHash);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    private async Task<RawBlob> WriteAsync(
        BlockBlobClient blob, string path, string place, string? sha256, Func<Memory<byte>, CancellationToken, Task<int>> readAsync, CancellationToken cancellationToken)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        // What storage keeps of a blob's content, and what the dataset's fingerprint is made of; nothing depends on its strength.
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        var blocks = new List<string>();
        var block = new byte[BlockBytes];
        long bytes = 0;
        for (int filled = BlockBytes; filled == BlockBytes;)
        {
            filled = 0;
            while (filled < BlockBytes && await readAsync(block.AsMemory(filled), cancellationToken) is > 0 and var read)
            {
                filled += read;
            }

            bytes += filled;
            Check(place, bytes);
            if (filled > 0)
            {
                sha.AppendData(block, 0, filled);
                md5.AppendData(block, 0, filled);
                blocks.Add(Convert.ToBase64String(Encoding.ASCII.GetBytes(blocks.Count.ToString("D8", CultureInfo.InvariantCulture))));
                using var content = new MemoryStream(block, 0, filled, writable: false);
                await blob.StageBlockAsync(blocks[^1], content, cancellationToken: cancellationToken);
            }
        }

        string hash = Convert.ToHexStringLower(sha.GetCurrentHash());
        if (sha256 is not null && hash != sha256)
        {
            throw new DatasetFormatException(place, $"a file whose SHA-256 is {sha256}", $"one with {hash}");
        }

        try
        {
            await blob.CommitBlockListAsync(
                blocks,
                new CommitBlockListOptions
                {
                    HttpHeaders = new BlobHttpHeaders { ContentHash = md5.GetCurrentHash() }, Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All },
                },
                cancellationToken);
        }
        catch (RequestFailedException e) when (e.Status is 400 or 409 or 412)
        {
            // Another run that fetches the same has committed it meanwhile, and with that dropped what was staged here.
            return await FindAsync(blob, path, cancellationToken) ?? throw new IOException($"{blob.Name} could not be committed: {e.ErrorCode}", e);
        }

        return await FindAsync(blob, path, cancellationToken) ?? throw new IOException($"{blob.Name} was removed meanwhile.");
    }
}

/// <summary>Files of a folder below the mount. Nothing outside of it is reached: neither by the path nor by links.</summary>
internal static class MountedFolder
{
    /// <exception cref="DatasetFormatException">There is no such folder, or it has no files, too many, or a link in it.</exception>
    public static IEnumerable<(string Path, FileInfo Info)> Files(string? root, FolderSource source, int most)
    {
        if (string.IsNullOrEmpty(root))
        {
            throw new DatasetFormatException(source.Place, $"the setting {SourceOptions.Section}__Folder, below which mounted data lies", "none");
        }

        DirectoryInfo folder = new(root);
        string[] parts = source.Path.TrimEnd('/').Split('/');
        foreach (string part in parts)
        {
            if (part is "" or "." or "..")
            {
                throw new DatasetFormatException(source.Place, "a folder below the mount", $"'{part}' in its path");
            }

            folder = new DirectoryInfo(System.IO.Path.Combine(folder.FullName, part));
            if (!folder.Exists || folder.LinkTarget is not null)
            {
                throw new DatasetFormatException(source.Place, "a folder below the mount", folder.LinkTarget is null ? $"no folder '{part}'" : $"the link '{part}'");
            }
        }

        int count = 0;
        foreach (FileSystemInfo entry in Walk(folder, source).OrderBy(entry => entry.FullName, StringComparer.Ordinal))
        {
            string path = System.IO.Path.GetRelativePath(folder.FullName, entry.FullName).Replace(System.IO.Path.DirectorySeparatorChar, '/');
            if (++count > most)
            {
                throw new DatasetFormatException(source.Place, $"at most {most} files", "more");
            }

            yield return (path, (FileInfo)entry);
        }
    }

    private static IEnumerable<FileSystemInfo> Walk(DirectoryInfo folder, FolderSource source)
    {
        foreach (FileSystemInfo entry in folder.EnumerateFileSystemInfos())
        {
            if (entry.LinkTarget is not null)
            {
                throw new DatasetFormatException(source.Place, "files and folders", $"the link '{entry.Name}', which is not followed");
            }

            IEnumerable<FileSystemInfo> below = entry is DirectoryInfo deeper ? Walk(deeper, source) : [entry];
            foreach (FileSystemInfo one in below)
            {
                yield return one;
            }
        }
    }
}
