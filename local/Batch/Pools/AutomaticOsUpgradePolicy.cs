using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>How the operating system is upgraded by itself.</summary>
public class AutomaticOsUpgradePolicy
{
    /// <summary>Creates one with nothing set.</summary>
    public AutomaticOsUpgradePolicy()
    {
    }

    /// <summary>Whether a failed upgrade stays.</summary>
    public bool? DisableAutomaticRollback { get; set; }

    /// <summary>Whether the operating system is upgraded by itself.</summary>
    [JsonPropertyName("enableAutomaticOSUpgrade")]
    public bool? EnableAutomaticOsUpgrade { get; set; }

    /// <summary>Whether upgrades roll over the nodes in groups.</summary>
    public bool? UseRollingUpgradePolicy { get; set; }

    /// <summary>Whether upgrades wait while tasks run.</summary>
    public bool? OsRollingUpgradeDeferral { get; set; }
}
