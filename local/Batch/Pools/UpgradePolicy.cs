using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Upgrade policy of the Batch service.</summary>
public class UpgradePolicy
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="mode">The mode.</param>
    public UpgradePolicy(UpgradeMode mode)
    {
        Mode = mode;
    }

    internal UpgradePolicy()
    {
    }

    /// <summary>The mode.</summary>
    public UpgradeMode Mode { get; set; }

    /// <summary>The automatic os upgrade policy.</summary>
    [JsonPropertyName("automaticOSUpgradePolicy")]
    public AutomaticOsUpgradePolicy AutomaticOsUpgradePolicy { get; set; }

    /// <summary>The rolling upgrade policy.</summary>
    public RollingUpgradePolicy RollingUpgradePolicy { get; set; }
}
