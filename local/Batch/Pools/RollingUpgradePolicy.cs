namespace Azure.Compute.Batch;

/// <summary>How an upgrade rolls over nodes.</summary>
public class RollingUpgradePolicy
{
    /// <summary>Creates one with nothing set.</summary>
    public RollingUpgradePolicy()
    {
    }

    /// <summary>Whether an upgrade may cross zones.</summary>
    public bool? EnableCrossZoneUpgrade { get; set; }

    /// <summary>How many nodes are upgraded at once, in percent.</summary>
    public int? MaxBatchInstancePercent { get; set; }

    /// <summary>How many nodes may be unhealthy, in percent.</summary>
    public int? MaxUnhealthyInstancePercent { get; set; }

    /// <summary>How many upgraded nodes may be unhealthy, in percent.</summary>
    public int? MaxUnhealthyUpgradedInstancePercent { get; set; }

    /// <summary>Pause between groups of nodes.</summary>
    public TimeSpan? PauseTimeBetweenBatches { get; set; }

    /// <summary>Whether unhealthy nodes are upgraded first.</summary>
    public bool? PrioritizeUnhealthyInstances { get; set; }

    /// <summary>Whether failed nodes go back to what they were.</summary>
    public bool? RollbackFailedInstancesOnPolicyBreach { get; set; }
}
