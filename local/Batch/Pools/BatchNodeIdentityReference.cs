using Azure.Core;

namespace Azure.Compute.Batch;

/// <summary>Node identity reference of the Batch service.</summary>
public class BatchNodeIdentityReference
{
    /// <summary>Creates one with nothing set.</summary>
    public BatchNodeIdentityReference()
    {
    }

    /// <summary>Azure resource identifier.</summary>
    public ResourceIdentifier ResourceId { get; set; }
}
