using Azure.Core;

namespace Azure.Compute.Batch;

/// <summary>A managed identity of the pool.</summary>
public class BatchPoolIdentityReference
{
    /// <summary>Creates one with nothing set.</summary>
    public BatchPoolIdentityReference()
    {
    }

    /// <summary>Azure resource identifier.</summary>
    public ResourceIdentifier ResourceId { get; set; }
}
