using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>A private container registry.</summary>
public class ContainerRegistryReference
{
    /// <summary>Creates one with nothing set.</summary>
    public ContainerRegistryReference()
    {
    }

    /// <summary>Name of the user.</summary>
    public string Username { get; set; }

    /// <summary>Password of the user.</summary>
    public string Password { get; set; }

    /// <summary>Host of the registry; Docker Hub by default.</summary>
    [JsonPropertyName("registryServer")]
    public Uri RegistryServerUri { get; set; }

    /// <summary>Managed identity that has access.</summary>
    public BatchNodeIdentityReference IdentityReference { get; set; }
}
