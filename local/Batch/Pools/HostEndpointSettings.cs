using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Host endpoint settings of the Batch service.</summary>
public class HostEndpointSettings
{
    /// <summary>Creates one with nothing set.</summary>
    public HostEndpointSettings()
    {
    }

    /// <summary>The in vm access control profile reference id.</summary>
    [JsonPropertyName("inVMAccessControlProfileReferenceId")]
    public string InVmAccessControlProfileReferenceId { get; set; }

    /// <summary>The mode.</summary>
    public HostEndpointSettingsModeTypes? Mode { get; set; }
}
