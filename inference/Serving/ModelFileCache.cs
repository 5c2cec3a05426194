using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

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

        await registry.DownloadAsync(manifest, file, path, cancellationToken);
    }

    private static ValueTask<bool> IsIntactAsync(ModelManifest manifest, string folder, CancellationToken cancellationToken) =>
        manifest.Files.ToAsyncEnumerable().AllAsync((file, token) => HasHashAsync(Path.Combine(folder, file.Name), file, token), cancellationToken);

    private static async ValueTask<bool> HasHashAsync(string path, ModelFile file, CancellationToken cancellationToken)
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
                throw new InvalidModelException(manifest, file, $"has a name or size that is not allowed (a model may have {options.MaxModelBytes} bytes)");
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
}
