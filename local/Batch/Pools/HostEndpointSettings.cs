using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Settings of an endpoint of the host.</summary>
public class HostEndpointSettings
{
    /// <summary>Creates one with nothing set.</summary>
    public HostEndpointSettings()
    {
    }

    /// <summary>Resource identifier of the access control profile.</summary>
    [JsonPropertyName("inVMAccessControlProfileReferenceId")]
    public string InVmAccessControlProfileReferenceId { get; set; }

    /// <summary>How it is done.</summary>
    public HostEndpointSettingsModeTypes? Mode { get; set; }
}
