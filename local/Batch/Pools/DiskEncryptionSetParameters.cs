using Azure.Core;

namespace Azure.Compute.Batch;

/// <summary>Disk encryption set parameters of the Batch service.</summary>
public class DiskEncryptionSetParameters
{
    /// <summary>Creates one with nothing set.</summary>
    public DiskEncryptionSetParameters()
    {
    }

    /// <summary>Identifier: at most 64 letters, digits, hyphens and underscores, compared without regard to case.</summary>
    public ResourceIdentifier Id { get; set; }
}
