namespace Azure.Compute.Batch;

/// <summary>Virtual machine info of the Batch service.</summary>
public class VirtualMachineInfo
{
    internal VirtualMachineInfo()
    {
    }

    /// <summary>Image of the virtual machines.</summary>
    public BatchVmImageReference ImageReference { get; internal set; }

    /// <summary>The scale set vm resource id.</summary>
    public string ScaleSetVmResourceId { get; internal set; }
}
