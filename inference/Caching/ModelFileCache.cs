using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Inference.Registry;
using DurableMl.Inference.Serving;
using DurableMl.Inference.Sessions;

namespace DurableMl.Inference.Caching;

/// <summary>
/// Model files on disk: one folder per set of files, named by the hash of their names and hashes, so that equal models share it and
/// instances can share a mounted folder. A folder appears complete, by a rename; its content is checked against the hashes before this
/// process first uses it.
/// </summary>
internal sealed class ModelFileCache(ModelRegistry registry, InferenceOptions options, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, bool> verified = new();
    private readonly SemaphoreSlim evicting = new(1, 1);

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
                Touch(folder);
                return folder;
            }

            // Damaged on disk. Out of the way first, so that another instance never sees half of it.
            string damaged = Path.Combine(options.CacheFolder, ".damaged-" + Guid.NewGuid().ToString("N"));
            TryMove(folder, damaged);
            TryDelete(damaged);
        }

        await DownloadAsync(manifest, folder, cancellationToken);
        verified[key] = true;
        await EvictAsync(key, cancellationToken);
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
                BlobClient blob = registry.Container.GetBlobClient(ModelBlobs.File(manifest.Model, manifest.Version, file.Name));
                BlobProperties properties = await blob.GetPropertiesAsync(cancellationToken: cancellationToken);
                if (properties.ContentLength != file.Bytes)
                {
                    throw Corrupt(manifest, file, $"has {properties.ContentLength} bytes instead of {file.Bytes}");
                }

                string path = Path.Combine(partial, file.Name);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                if (await RangedDownload.ToFileAsync(blob, properties.ETag, file.Bytes, path, cancellationToken) != file.Sha256)
                {
                    throw Corrupt(manifest, file, "does not have the SHA-256 that its manifest gives");
                }
            }

            TryMove(partial, folder);
            if (!Directory.Exists(folder))
            {
                throw new IOException($"The model cache '{options.CacheFolder}' cannot be written.");
            }
        }
        catch (Azure.RequestFailedException e) when (e.Status == 404)
        {
            throw new InvalidModelException($"Version {manifest.Version} of model '{manifest.Model}' lacks a file that its manifest names.", e);
        }
        finally
        {
            TryDelete(partial);
        }
    }

    private static async Task<bool> IsIntactAsync(ModelManifest manifest, string folder, CancellationToken cancellationToken)
    {
        foreach (ModelFile file in manifest.Files)
        {
            string path = Path.Combine(folder, file.Name);
            if (!File.Exists(path) || !await HasHashAsync(path, file, cancellationToken))
            {
                return false;
            }
        }

        return true;
    }

    private static async Task<bool> HasHashAsync(string path, ModelFile file, CancellationToken cancellationToken)
    {
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
        var text = new StringBuilder();
        foreach (ModelFile file in manifest.Files.OrderBy(file => file.Name, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"{file.Name}:{file.Sha256}:{file.Bytes}\n");
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    private async Task EvictAsync(string justAdded, CancellationToken cancellationToken)
    {
        await evicting.WaitAsync(cancellationToken);
        try
        {
            var folders = new List<(DirectoryInfo Folder, long Bytes)>();
            long total = 0;
            foreach (DirectoryInfo folder in new DirectoryInfo(options.CacheFolder).EnumerateDirectories())
            {
                long bytes = SizeOf(folder);
                total += bytes;
                folders.Add((folder, bytes));
            }

            foreach ((DirectoryInfo folder, long bytes) in folders.OrderBy(f => f.Folder.LastWriteTimeUtc))
            {
                if (total <= options.MaxDiskBytes || folder.Name == justAdded)
                {
                    continue;
                }

                // A loaded session no longer needs its files; one that is just loading elsewhere downloads them again.
                verified.TryRemove(folder.Name, out _);
                TryDelete(folder.FullName);
                total -= bytes;
            }
        }
        finally
        {
            evicting.Release();
        }
    }

    private static long SizeOf(DirectoryInfo folder)
    {
        try
        {
            return folder.EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
        }
        catch (IOException)
        {
            // Another instance is removing it.
            return 0;
        }
    }

    private void Touch(string folder)
    {
        try
        {
            Directory.SetLastWriteTimeUtc(folder, time.GetUtcNow().UtcDateTime);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A shared folder may be read-only; then its owner evicts.
        }
    }

    // Another instance may have made or removed the same folder; what counts is whether it is there afterwards.
    private static void TryMove(string from, string to)
    {
        try
        {
            Directory.Move(from, to);
        }
        catch (IOException)
        {
        }
    }

    private static void TryDelete(string folder)
    {
        try
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        catch (IOException)
        {
            // In use or already going; the next eviction tries again.
        }
    }

    private static InvalidModelException Corrupt(ModelManifest manifest, ModelFile file, string what) =>
        new($"File '{file.Name}' of model '{manifest.Model}' version {manifest.Version} {what}.");
}
