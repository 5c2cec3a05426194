using Azure.Core;

namespace Azure.Compute.Batch;

/// <summary>A set of keys that encrypt a disk.</summary>
public class DiskEncryptionSetParameters
{
    /// <summary>Creates one with nothing set.</summary>
    public DiskEncryptionSetParameters()
    {
    }

    /// <summary>Identifier: at most 64 letters, digits, hyphens and underscores, compared without regard to case.</summary>
    public ResourceIdentifier Id { get; set; }
}
