namespace Azure.Compute.Batch;

/// <summary>Network security group rule of the Batch service.</summary>
public class NetworkSecurityGroupRule
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="priority">From -1000 (lowest) to 1000; 0 by default.</param>
    /// <param name="access">The access.</param>
    /// <param name="sourceAddressPrefix">The source address prefix.</param>
    public NetworkSecurityGroupRule(int priority, NetworkSecurityGroupRuleAccess access, string sourceAddressPrefix)
    {
        Priority = priority;
        Access = access;
        SourceAddressPrefix = sourceAddressPrefix ?? throw new ArgumentNullException(nameof(sourceAddressPrefix));
    }

    internal NetworkSecurityGroupRule()
    {
    }

    /// <summary>From -1000 (lowest) to 1000; 0 by default.</summary>
    public int Priority { get; set; }

    /// <summary>The access.</summary>
    public NetworkSecurityGroupRuleAccess Access { get; set; }

    /// <summary>The source address prefix.</summary>
    public string SourceAddressPrefix { get; set; }

    /// <summary>The source port ranges.</summary>
    public IList<string> SourcePortRanges { get; internal set; } = new UnsetList<string>();
}
