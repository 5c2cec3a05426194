namespace Azure.Compute.Batch;

/// <summary>An NFS export to mount.</summary>
public class NfsMountConfiguration
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="source">What to mount.</param>
    /// <param name="relativeMountPath">Folder to mount it at, relative to the node's mounts folder.</param>
    public NfsMountConfiguration(string source, string relativeMountPath)
    {
        Source = source ?? throw new ArgumentNullException(nameof(source));
        RelativeMountPath = relativeMountPath ?? throw new ArgumentNullException(nameof(relativeMountPath));
    }

    internal NfsMountConfiguration()
    {
    }

    /// <summary>What to mount.</summary>
    public string Source { get; set; }

    /// <summary>Folder to mount it at, relative to the node's mounts folder.</summary>
    public string RelativeMountPath { get; set; }

    /// <summary>More options of the mount command.</summary>
    public string MountOptions { get; set; }
}
