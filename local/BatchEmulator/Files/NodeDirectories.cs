namespace DurableMl.Local.BatchEmulator.Files;

/// <summary>The directories of virtual nodes, laid out as on a real one.</summary>
/// <param name="root">The directory that holds all of them.</param>
internal sealed class NodeDirectories(string root)
{
    /// <summary>The directory that outlives emulators on the same data.</summary>
    public string Root => root;

    // No pool can have this name: ids have no dots.
    private string Trash => Path.Combine(root, ".trash");

    /// <summary>AZ_BATCH_NODE_ROOT_DIR.</summary>
    public string Node(string poolId, string nodeId) => Path.Combine(root, poolId, nodeId);

    /// <summary>AZ_BATCH_NODE_STARTUP_DIR.</summary>
    public string Startup(string poolId, string nodeId) => Path.Combine(Node(poolId, nodeId), "startup");

    /// <summary>AZ_BATCH_NODE_SHARED_DIR.</summary>
    public string Shared(string poolId, string nodeId) => Path.Combine(Node(poolId, nodeId), "shared");

    /// <summary>AZ_BATCH_NODE_MOUNTS_DIR.</summary>
    public string Mounts(string poolId, string nodeId) => Path.Combine(Node(poolId, nodeId), "fsmounts");

    /// <summary>The task directory relative to the node's root. A scheduled job's id is schedule:job.</summary>
    public static string TaskRoot(string jobId, string taskId)
    {
        var colon = jobId.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? $"workitems/{jobId}/job-1/{taskId}" : $"workitems/{jobId[..colon]}/{jobId[(colon + 1)..]}/{taskId}";
    }

    /// <summary>Makes a node's directories.</summary>
    public void Create(string poolId, string nodeId)
    {
        foreach (var directory in (string[])[Startup(poolId, nodeId), Shared(poolId, nodeId), Mounts(poolId, nodeId), Path.Combine(Node(poolId, nodeId), "workitems")])
        {
            Directory.CreateDirectory(directory);
        }
    }

    /// <summary>Takes a node's directory out of the way at once.</summary>
    /// <returns>Where it lies now, to be deleted; null when there was none.</returns>
    public string? Discard(string poolId, string nodeId)
    {
        var directory = Node(poolId, nodeId);
        if (!Directory.Exists(directory))
        {
            return null;
        }

        Directory.CreateDirectory(Trash);
        var discarded = Path.Combine(Trash, Guid.NewGuid().ToString("N"));
        Directory.Move(directory, discarded);
        return discarded;
    }

    /// <summary>Deletes what was discarded and could not be deleted then.</summary>
    public void EmptyTrash() => Delete(Trash);

    /// <summary>Removes what is below a directory and itself.</summary>
    public static void Delete(string? directory)
    {
        if (!Directory.Exists(directory))
        {
            return;
        }

        try
        {
            Directory.Delete(directory, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A task may have taken write permission away from its own directories: give it back, then once more.
            foreach (var inner in Directory.EnumerateDirectories(directory, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }))
            {
                if (!OperatingSystem.IsWindows())
                {
                    File.SetUnixFileMode(inner, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
                }
            }

            Directory.Delete(directory, recursive: true);
        }
    }
}
