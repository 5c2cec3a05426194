namespace Azure.Compute.Batch;

/// <summary>What a machine tells of an extension.</summary>
public class VMExtensionInstanceView
{
    internal VMExtensionInstanceView()
    {
    }

    /// <summary>Name.</summary>
    public string Name { get; internal set; }

    /// <summary>Its statuses.</summary>
    public IList<InstanceViewStatus> Statuses { get; internal set; } = new UnsetList<InstanceViewStatus>();

    /// <summary>Statuses of its parts.</summary>
    public IList<InstanceViewStatus> SubStatuses { get; internal set; } = new UnsetList<InstanceViewStatus>();
}
