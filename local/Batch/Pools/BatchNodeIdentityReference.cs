using Azure.Core;

namespace Azure.Compute.Batch;

/// <summary>A managed identity that nodes have.</summary>
public class BatchNodeIdentityReference
{
    /// <summary>Creates one with nothing set.</summary>
    public BatchNodeIdentityReference()
    {
    }

    /// <summary>Azure resource identifier.</summary>
    public ResourceIdentifier ResourceId { get; set; }
}
