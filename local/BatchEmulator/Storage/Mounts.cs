using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Local.BatchEmulator.Files;
using DurableMl.Local.BatchEmulator.Tasks;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.Storage;

/// <summary>
/// The containers that pools mount on their nodes. Without a file system of its own the emulator copies: before each command what has
/// changed in the container comes to the node, and after it what the command has changed goes back.
/// </summary>
internal sealed class Mounts(LinkedStorage storage)
{
    private readonly ConcurrentDictionary<string, IReadOnlyList<MountedContainer>> nodes = new(StringComparer.Ordinal);

    /// <summary>The node has the pool's mounts from now on, below this directory (AZ_BATCH_NODE_MOUNTS_DIR).</summary>
    public void Attach(string directory, JsonObject pool) => nodes[directory] =
    [
        .. pool.Objects("mountConfiguration").Select(m => m.Object("azureBlobFileSystemConfiguration")!)
            .Select(m => new MountedContainer(Path.Combine(directory, m.Text("relativeMountPath")!), m, () => storage.Container(m))),
    ];

    /// <summary>The node is gone, with its disk.</summary>
    public void Detach(string directory) => nodes.TryRemove(directory, out _);

    /// <summary>Brings the node's mounts up to date.</summary>
    /// <exception cref="TransferException">A container cannot be read.</exception>
    public async Task FetchAsync(string directory, CancellationToken cancellationToken)
    {
        foreach (var mount in nodes.GetValueOrDefault(directory, []))
        {
            await mount.FetchAsync(cancellationToken);
        }
    }

    /// <summary>Stores what has been changed on the node.</summary>
    /// <returns>What went wrong, or null.</returns>
    public async Task<TaskFailure?> StoreAsync(string directory, CancellationToken cancellationToken)
    {
        foreach (var mount in nodes.GetValueOrDefault(directory, []))
        {
            if (await mount.StoreAsync(cancellationToken) is { } failure)
            {
                return failure;
            }
        }

        return null;
    }
}

/// <summary>One container below one directory of one node. Tasks that run there at the same time share it.</summary>
internal sealed class MountedContainer(string directory, JsonObject configuration, Func<BlobContainerClient> open)
{
    private readonly SemaphoreSlim gate = new(1);
    private readonly Dictionary<string, Copy> copies = new(StringComparer.Ordinal);
    private bool attached;

    /// <summary>Whether the pool mounts it for reading alone, in the words of blobfuse 1 or 2: what is written then is taken back.</summary>
    public bool IsReadOnly { get; } = (configuration.Text("blobfuseOptions") ?? "").Split([' ', ',', '=']).Any(word => word is "ro" or "--read-only");

    /// <summary>Brings the blobs that are new or have changed, and removes the copies of those that are gone. What a task has changed and not yet stored stays.</summary>
    /// <exception cref="TransferException">The container cannot be read, or holds a name that leads out of the directory.</exception>
    public async Task FetchAsync(CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (!attached)
            {
                // What lies there is from before the node was booted.
                NodeDirectories.Delete(directory);
            }

            attached = true;
            Directory.CreateDirectory(directory);
            var container = open();
            var present = new HashSet<string>(StringComparer.Ordinal);
            await foreach (var blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, null, cancellationToken))
            {
                present.Add(blob.Name);
                var path = PathOf(blob.Name);
                var isNewest = copies.GetValueOrDefault(blob.Name)?.ETag == Text(blob.Properties.ETag);
                if (IsReadOnly ? !isNewest || IsChanged(blob.Name, path) : !isNewest && !IsChanged(blob.Name, path))
                {
                    await DownloadAsync(container.GetBlobClient(blob.Name), Text(blob.Properties.ETag), path, cancellationToken);
                }
            }

            foreach (var name in Files().Select(f => f.Name).Union(copies.Keys).Where(name => !present.Contains(name)).ToList())
            {
                if (IsReadOnly || !IsChanged(name, PathOf(name)))
                {
                    File.Delete(PathOf(name));
                    copies.Remove(name);
                }
            }
        }
        catch (Exception e) when (IsRefusal(e))
        {
            throw new TransferException(Failure("could not be read", e), e);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Writes the files that are new or have changed to their blobs, and deletes the blobs of files that were deleted.</summary>
    /// <returns>What went wrong, or null.</returns>
    public async Task<TaskFailure?> StoreAsync(CancellationToken cancellationToken)
    {
        if (IsReadOnly)
        {
            return null;
        }

        await gate.WaitAsync(cancellationToken);
        try
        {
            var container = open();
            foreach (var (file, name) in Files().Where(f => IsChanged(f.Name, f.File.FullName)))
            {
                // As it was before it is read: what a task writes meanwhile counts as another change.
                var (length, written) = (file.Length, file.LastWriteTimeUtc);
                await using var content = FileTree.Open(file);
                var stored = await container.GetBlobClient(name).UploadAsync(content, overwrite: true, cancellationToken);
                copies[name] = new Copy(Text(stored.Value.ETag), length, written);
            }

            foreach (var name in copies.Keys.Where(name => !File.Exists(PathOf(name))).ToList())
            {
                await container.GetBlobClient(name).DeleteIfExistsAsync(cancellationToken: cancellationToken);
                copies.Remove(name);
            }

            return null;
        }
        catch (Exception e) when (IsRefusal(e))
        {
            return Failure("does not take what the task has written", e);
        }
        finally
        {
            gate.Release();
        }
    }

    private static bool IsRefusal(Exception e) => e is RequestFailedException or AggregateException or IOException or UnauthorizedAccessException or FormatException;

    // Lists have it without quotes, answers with them.
    private static string Text(ETag? etag) => (etag ?? default).ToString("H");

    private IEnumerable<(FileInfo File, string Name)> Files() => FileTree.Walk(directory, recursive: true).Where(f => f.Entry is FileInfo).Select(f => ((FileInfo)f.Entry, f.Name));

    private async Task DownloadAsync(BlobClient blob, string etag, string path, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        // Beside the mount first: a task that runs must not see half a file.
        var partial = Path.Combine(Path.GetDirectoryName(directory)!, $".{Guid.NewGuid():N}");
        try
        {
            await blob.DownloadToAsync(partial, cancellationToken);
            File.Move(partial, path, overwrite: true);
            var file = new FileInfo(path);
            copies[blob.Name] = new Copy(etag, file.Length, file.LastWriteTimeUtc);
        }
        finally
        {
            File.Delete(partial);
        }
    }

    /// <summary>Whether a task has written, replaced or deleted the file since it was brought or stored.</summary>
    private bool IsChanged(string name, string path)
    {
        var file = new FileInfo(path);
        return copies.TryGetValue(name, out var copy) ? !file.Exists || file.Length != copy.Length || file.LastWriteTimeUtc != copy.Written : file.Exists;
    }

    private string PathOf(string name)
    {
        var path = Path.GetFullPath(Path.Combine(directory, name));
        return path.StartsWith(Path.GetFullPath(directory) + Path.DirectorySeparatorChar, StringComparison.Ordinal) && !name.EndsWith('/')
            ? path
            : throw new TransferException(TaskFailure.User("MountConfigurationFailed", "The mounted container holds a name that no file can have", ("Blob", name)));
    }

    private TaskFailure Failure(string what, Exception e)
    {
        var reason = e is RequestFailedException { Status: > 0 } failed ? failed.Status.ToString(CultureInfo.InvariantCulture) + " " + failed.ErrorCode : (e.InnerException ?? e).Message.Split('?')[0];
        return TaskFailure.User("MountConfigurationFailed", $"The mounted container {what}",
            ("Container", configuration.Text("containerName")!), ("RelativeMountPath", configuration.Text("relativeMountPath")!), ("Message", reason));
    }

    private sealed record Copy(string ETag, long Length, DateTime Written);
}
