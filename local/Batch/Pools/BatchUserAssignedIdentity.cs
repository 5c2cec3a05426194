using Azure.Core;

namespace Azure.Compute.Batch;

/// <summary>User assigned identity of the Batch service.</summary>
public class BatchUserAssignedIdentity
{
    internal BatchUserAssignedIdentity()
    {
    }

    /// <summary>Azure resource identifier.</summary>
    public ResourceIdentifier ResourceId { get; internal set; }

    /// <summary>The client id.</summary>
    public string ClientId { get; internal set; }

    /// <summary>The principal id.</summary>
    public string PrincipalId { get; internal set; }
}
