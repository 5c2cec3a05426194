namespace Azure.Compute.Batch;

/// <summary>Nfs mount configuration of the Batch service.</summary>
public class NfsMountConfiguration
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="source">The source.</param>
    /// <param name="relativeMountPath">The relative mount path.</param>
    public NfsMountConfiguration(string source, string relativeMountPath)
    {
        Source = source ?? throw new ArgumentNullException(nameof(source));
        RelativeMountPath = relativeMountPath ?? throw new ArgumentNullException(nameof(relativeMountPath));
    }

    internal NfsMountConfiguration()
    {
    }

    /// <summary>The source.</summary>
    public string Source { get; set; }

    /// <summary>The relative mount path.</summary>
    public string RelativeMountPath { get; set; }

    /// <summary>The mount options.</summary>
    public string MountOptions { get; set; }
}
