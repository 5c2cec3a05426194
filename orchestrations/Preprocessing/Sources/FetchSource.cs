using System.Collections.Concurrent;
using System.Globalization;
using Azure.Storage.Blobs;
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
        var fetched = new FetchedBlobs(container, input.Dataset, options.Value.MaxBytes);
        IReadOnlyList<RawBlob> files = input.Source switch
        {
            WebSource source => [await FetchAsync(fetched, input, source, cancellationToken)],
            FolderSource source => await CopyAsync(fetched, source, cancellationToken),
            _ => throw new ArgumentException("What lies in blobs is not fetched.", nameof(input)),
        };
        await container.GetBlobClient(DatasetBlobs.Fetched(input.Dataset, input.RunId, input.Index)).WriteJsonAsync(files, cancellationToken);
        return files.Count;
    }

    private async Task<RawBlob> FetchAsync(FetchedBlobs fetched, FetchSourceInput input, WebSource source, CancellationToken cancellationToken)
    {
        if (source.Sha256 is { } sha256 && await FetchedBlobs.FindAsync(BlobOf($"sha256 {sha256}"), source.Name, cancellationToken) is { } same)
        {
            return same;
        }

        await using WebFile file = await web.OpenAsync(source.Url, source.Place, cancellationToken);
        fetched.Check(source.Place, file.Length ?? 0);
        // Of a server that names no versions, every run has its own copy.
        BlockBlobClient blob = BlobOf(source.Sha256 is null ? $"web {source.Url} {file.Version ?? input.RunId}" : $"sha256 {source.Sha256}");
        return await FetchedBlobs.FindAsync(blob, source.Name, cancellationToken)
            ?? await fetched.WriteAsync(blob, source.Name, source.Place, source.Sha256, file.ReadAsync, cancellationToken);

        BlockBlobClient BlobOf(string identity) => fetched.Blob(FetchedBlobs.Key(identity), source.Name);
    }

    private async Task<IReadOnlyList<RawBlob>> CopyAsync(FetchedBlobs fetched, FolderSource source, CancellationToken cancellationToken)
    {
        var copied = new ConcurrentBag<RawBlob>();
        await System.Threading.Tasks.Parallel.ForEachAsync(
            MountedFolder.Files(options.Value.Folder, source, MostFiles),
            new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken },
            async (file, token) =>
            {
                string place = source.Place + file.Path;
                fetched.Check(place, file.Info.Length);
                string identity = string.Create(CultureInfo.InvariantCulture, $"file {source.Path}{file.Path} {file.Info.Length} {file.Info.LastWriteTimeUtc.Ticks}");
                BlockBlobClient blob = fetched.Blob(FetchedBlobs.Key(identity), file.Path);
                if (await FetchedBlobs.FindAsync(blob, file.Path, token) is { } same)
                {
                    copied.Add(same);
                    return;
                }

                await using FileStream content = new(file.Info.FullName, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, FileOptions.Asynchronous);
                copied.Add(await fetched.WriteAsync(blob, file.Path, place, null, (buffer, stop) => content.ReadAsync(buffer, stop).AsTask(), token));
            });
        return [.. copied.OrderBy(blob => blob.Path, StringComparer.Ordinal)];
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
