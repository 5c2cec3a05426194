using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Microsoft.Win32.SafeHandles;

namespace DurableMl.Inference.Serving;

/// <summary>
/// Model files on disk: one folder per set of files, named by the hash of their names and hashes, so that equal models share it and
/// instances can share a mounted folder. A folder appears complete, by a rename; its content is checked against the hashes before this
/// process first uses it.
/// </summary>
internal sealed class ModelFileCache(ModelRegistry registry, InferenceOptions options, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, bool> verified = new();
    private readonly Lock evicting = new();

    /// <summary>The folder that holds the version's files, downloaded if need be.</summary>
    /// <exception cref="InvalidModelException">The manifest is not acceptable, or a file does not have the content that it says.</exception>
    public async Task<string> GetFolderAsync(ModelManifest manifest, CancellationToken cancellationToken)
    {
        Check(manifest);
        string key = Key(manifest);
        string folder = Path.Combine(options.CacheFolder, key);
        if (Directory.Exists(folder))
        {
            if (verified.ContainsKey(key) || await IsIntactAsync(manifest, folder, cancellationToken))
            {
                verified[key] = true;

                // A shared folder may be read-only; then its owner evicts.
                Try(() => Directory.SetLastWriteTimeUtc(folder, time.GetUtcNow().UtcDateTime));
                return folder;
            }

            // Damaged on disk. Out of the way first, so that another instance never sees half of it.
            string damaged = Path.Combine(options.CacheFolder, ".damaged-" + Guid.NewGuid().ToString("N"));
            Try(() => Directory.Move(folder, damaged));
            Try(() => Directory.Delete(damaged, recursive: true));
        }

        await DownloadAsync(manifest, folder, cancellationToken);
        verified[key] = true;
        lock (evicting)
        {
            Evict(key);
        }

        return folder;
    }

    private async Task DownloadAsync(ModelManifest manifest, string folder, CancellationToken cancellationToken)
    {
        string partial = Path.Combine(options.CacheFolder, ".partial-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(partial);
        try
        {
            foreach (ModelFile file in manifest.Files)
            {
                string path = Path.Combine(partial, file.Name);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                await DownloadAsync(manifest, file, path, cancellationToken);
            }

            // Another instance may have made the same folder meanwhile.
            Try(() => Directory.Move(partial, folder));
            if (!Directory.Exists(folder))
            {
                throw new IOException($"The model cache '{options.CacheFolder}' cannot be written.");
            }
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            throw new InvalidModelException($"Version {manifest.Version} of model '{manifest.Model}' lacks a file that its manifest names.", e);
        }
        finally
        {
            Try(() => Directory.Delete(partial, recursive: true));
        }
    }

    private async Task DownloadAsync(ModelManifest manifest, ModelFile file, string path, CancellationToken cancellationToken)
    {
        string packaged = Path.Combine(options.PackageFolder, file.Sha256);
        if (options.PackageFolder.Length > 0 && await HasHashAsync(packaged, file, cancellationToken))
        {
            File.Copy(packaged, path);
            return;
        }

        BlobClient blob = registry.Container.GetBlobClient(ModelBlobs.File(manifest.Model, manifest.Version, file.Name));
        BlobProperties properties = await blob.GetPropertiesAsync(cancellationToken: cancellationToken);
        if (properties.ContentLength != file.Bytes)
        {
            throw Corrupt(manifest, file, $"has {properties.ContentLength} bytes instead of {file.Bytes}");
        }

        if (await RangedDownload.ToFileAsync(blob, properties.ETag, file.Bytes, path, cancellationToken) != file.Sha256)
        {
            throw Corrupt(manifest, file, "does not have the SHA-256 that its manifest gives");
        }
    }

    private static async Task<bool> IsIntactAsync(ModelManifest manifest, string folder, CancellationToken cancellationToken)
    {
        foreach (ModelFile file in manifest.Files)
        {
            if (!await HasHashAsync(Path.Combine(folder, file.Name), file, cancellationToken))
            {
                return false;
            }
        }

        return true;
    }

    private static async Task<bool> HasHashAsync(string path, ModelFile file, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        await using var stream = new FileStream(path, new FileStreamOptions { Options = FileOptions.SequentialScan | FileOptions.Asynchronous, BufferSize = 0 });
        return stream.Length == file.Bytes && Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken)) == file.Sha256;
    }

    private void Check(ModelManifest manifest)
    {
        long bytes = 0;
        foreach (ModelFile file in manifest.Files)
        {
            if (!ModelNames.IsFile(file.Name) || file.Bytes < 0 || bytes + file.Bytes > options.MaxModelBytes)
            {
                throw Corrupt(manifest, file, $"has a name or size that is not allowed (a model may have {options.MaxModelBytes} bytes)");
            }

            bytes += file.Bytes;
        }
    }

    private static string Key(ModelManifest manifest)
    {
        IEnumerable<string> files = manifest.Files.OrderBy(file => file.Name, StringComparer.Ordinal)
            .Select(file => string.Create(CultureInfo.InvariantCulture, $"{file.Name}:{file.Sha256}:{file.Bytes}\n"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(files))));
    }

    private void Evict(string justAdded)
    {
        // Another instance may remove one while this one counts; the next download counts again.
        Try(() =>
        {
            var folders = new DirectoryInfo(options.CacheFolder).EnumerateDirectories()
                .Select(folder => (Folder: folder, Bytes: folder.EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length))).ToList();
            long total = folders.Sum(each => each.Bytes);
            foreach ((DirectoryInfo folder, long bytes) in folders.Where(each => each.Folder.Name != justAdded).OrderBy(each => each.Folder.LastWriteTimeUtc))
            {
                if (total > options.MaxDiskBytes)
                {
                    // A loaded session no longer needs its files; one that is just loading elsewhere downloads them again.
                    verified.TryRemove(folder.Name, out _);
                    folder.Delete(recursive: true);
                    total -= bytes;
                }
            }
        });
    }

    // Several instances may share the folder: what counts is what is there afterwards.
    private static void Try(Action change)
    {
        try
        {
            change();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    private static InvalidModelException Corrupt(ModelManifest manifest, ModelFile file, string what) =>
        new($"File '{file.Name}' of model '{manifest.Model}' version {manifest.Version} {what}.");
}

/// <summary>
/// Downloads a blob into a file in several ranges at a time, and hashes each as soon as all before it are there, so that a large model
/// is hashed by the time it has arrived. The client library's own <c>DownloadTo</c> reads one body after the other.
/// </summary>
internal static class RangedDownload
{
    private const int RangeBytes = 8 << 20;
    private const int RangesAtATime = 8;

    /// <returns>The SHA-256 of the content, in lower-case hexadecimal.</returns>
    /// <exception cref="RequestFailedException">The blob does not exist, or is no longer the one that <paramref name="etag"/> names.</exception>
    /// <exception cref="EndOfStreamException">The blob has fewer bytes than <paramref name="length"/>.</exception>
    public static async Task<string> ToFileAsync(BlobClient blob, ETag etag, long length, string path, CancellationToken cancellationToken)
    {
        using SafeFileHandle file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.Asynchronous, length);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var window = new Queue<Task<(byte[] Buffer, int Count)>>();
        try
        {
            for (long next = 0; next < length || window.Count > 0;)
            {
                while (next < length && window.Count < RangesAtATime)
                {
                    int count = (int)Math.Min(RangeBytes, length - next);
                    window.Enqueue(DownloadAsync(blob, etag, next, count, file, stop.Token));
                    next += count;
                }

                (byte[] buffer, int bytes) = await window.Dequeue();
                hash.AppendData(buffer, 0, bytes);
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
        finally
        {
            // The file must not be closed under ranges that are still written.
            await stop.CancelAsync();
            await ((Task)Task.WhenAll(window)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static async Task<(byte[] Buffer, int Count)> DownloadAsync(
        BlobClient blob, ETag etag, long offset, int count, SafeFileHandle file, CancellationToken cancellationToken)
    {
        var options = new BlobDownloadOptions { Range = new HttpRange(offset, count), Conditions = new() { IfMatch = etag } };
        using BlobDownloadStreamingResult result = await blob.DownloadStreamingAsync(options, cancellationToken);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(count);
        await result.Content.ReadExactlyAsync(buffer.AsMemory(0, count), cancellationToken);
        await RandomAccess.WriteAsync(file, buffer.AsMemory(0, count), offset, cancellationToken);
        return (buffer, count);
    }
}
