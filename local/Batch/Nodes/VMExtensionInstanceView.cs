namespace Azure.Compute.Batch;

/// <summary>Vmextension instance view of the Batch service.</summary>
public class VMExtensionInstanceView
{
    internal VMExtensionInstanceView()
    {
    }

    /// <summary>Name.</summary>
    public string Name { get; internal set; }

    /// <summary>The statuses.</summary>
    public IList<InstanceViewStatus> Statuses { get; internal set; } = new UnsetList<InstanceViewStatus>();

    /// <summary>The sub statuses.</summary>
    public IList<InstanceViewStatus> SubStatuses { get; internal set; } = new UnsetList<InstanceViewStatus>();
}
