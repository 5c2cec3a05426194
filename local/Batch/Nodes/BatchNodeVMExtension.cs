namespace Azure.Compute.Batch;

/// <summary>An extension on a node.</summary>
public class BatchNodeVMExtension
{
    internal BatchNodeVMExtension()
    {
    }

    /// <summary>How far its installation is.</summary>
    public string ProvisioningState { get; internal set; }

    /// <summary>The extension.</summary>
    public VMExtension VmExtension { get; internal set; }

    /// <summary>What the machine tells of it.</summary>
    public VMExtensionInstanceView InstanceView { get; internal set; }

    /// <summary>Reads the body of a response.</summary>
    public static explicit operator BatchNodeVMExtension(Response response) => BatchJson.Read<BatchNodeVMExtension>(response.Content);
}
