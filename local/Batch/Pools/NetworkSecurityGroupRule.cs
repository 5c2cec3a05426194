namespace Azure.Compute.Batch;

/// <summary>A rule of access.</summary>
public class NetworkSecurityGroupRule
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="priority">From -1000 (lowest) to 1000; 0 by default.</param>
    /// <param name="access">What the task may reach.</param>
    /// <param name="sourceAddressPrefix">Source addresses: an address, a subnet, a tag or <c>*</c>.</param>
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

    /// <summary>What the task may reach.</summary>
    public NetworkSecurityGroupRuleAccess Access { get; set; }

    /// <summary>Source addresses: an address, a subnet, a tag or <c>*</c>.</summary>
    public string SourceAddressPrefix { get; set; }

    /// <summary>Source ports, such as <c>22</c>, <c>22-25</c> or <c>*</c>.</summary>
    public IList<string> SourcePortRanges { get; internal set; } = new UnsetList<string>();
}
