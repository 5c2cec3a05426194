using Azure.Core;

namespace Azure.Compute.Batch;

/// <summary>A user-assigned managed identity.</summary>
public class BatchUserAssignedIdentity
{
    internal BatchUserAssignedIdentity()
    {
    }

    /// <summary>Azure resource identifier.</summary>
    public ResourceIdentifier ResourceId { get; internal set; }

    /// <summary>Its application.</summary>
    public string ClientId { get; internal set; }

    /// <summary>Its service principal.</summary>
    public string PrincipalId { get; internal set; }
}
