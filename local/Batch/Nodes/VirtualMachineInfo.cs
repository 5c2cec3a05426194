namespace Azure.Compute.Batch;

/// <summary>The machine behind a node.</summary>
public class VirtualMachineInfo
{
    internal VirtualMachineInfo()
    {
    }

    /// <summary>Image of the virtual machines.</summary>
    public BatchVmImageReference ImageReference { get; internal set; }

    /// <summary>Resource identifier of the machine in its scale set.</summary>
    public string ScaleSetVmResourceId { get; internal set; }
}
