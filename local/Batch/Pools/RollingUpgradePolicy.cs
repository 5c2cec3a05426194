namespace Azure.Compute.Batch;

/// <summary>Rolling upgrade policy of the Batch service.</summary>
public class RollingUpgradePolicy
{
    /// <summary>Creates one with nothing set.</summary>
    public RollingUpgradePolicy()
    {
    }

    /// <summary>The enable cross zone upgrade.</summary>
    public bool? EnableCrossZoneUpgrade { get; set; }

    /// <summary>The max batch instance percent.</summary>
    public int? MaxBatchInstancePercent { get; set; }

    /// <summary>The max unhealthy instance percent.</summary>
    public int? MaxUnhealthyInstancePercent { get; set; }

    /// <summary>The max unhealthy upgraded instance percent.</summary>
    public int? MaxUnhealthyUpgradedInstancePercent { get; set; }

    /// <summary>The pause time between batches.</summary>
    public TimeSpan? PauseTimeBetweenBatches { get; set; }

    /// <summary>The prioritize unhealthy instances.</summary>
    public bool? PrioritizeUnhealthyInstances { get; set; }

    /// <summary>The rollback failed instances on policy breach.</summary>
    public bool? RollbackFailedInstancesOnPolicyBreach { get; set; }
}
