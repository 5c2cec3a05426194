using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Automatic os upgrade policy of the Batch service.</summary>
public class AutomaticOsUpgradePolicy
{
    /// <summary>Creates one with nothing set.</summary>
    public AutomaticOsUpgradePolicy()
    {
    }

    /// <summary>The disable automatic rollback.</summary>
    public bool? DisableAutomaticRollback { get; set; }

    /// <summary>The enable automatic os upgrade.</summary>
    [JsonPropertyName("enableAutomaticOSUpgrade")]
    public bool? EnableAutomaticOsUpgrade { get; set; }

    /// <summary>The use rolling upgrade policy.</summary>
    public bool? UseRollingUpgradePolicy { get; set; }

    /// <summary>The os rolling upgrade deferral.</summary>
    public bool? OsRollingUpgradeDeferral { get; set; }
}
