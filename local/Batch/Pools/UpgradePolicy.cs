using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>How nodes are upgraded.</summary>
public class UpgradePolicy
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="mode">How it is done.</param>
    public UpgradePolicy(UpgradeMode mode)
    {
        Mode = mode;
    }

    internal UpgradePolicy()
    {
    }

    /// <summary>How it is done.</summary>
    public UpgradeMode Mode { get; set; }

    /// <summary>How the operating system is upgraded by itself.</summary>
    [JsonPropertyName("automaticOSUpgradePolicy")]
    public AutomaticOsUpgradePolicy AutomaticOsUpgradePolicy { get; set; }

    /// <summary>How an upgrade rolls over the nodes.</summary>
    public RollingUpgradePolicy RollingUpgradePolicy { get; set; }
}
