namespace Azure.Compute.Batch;

/// <summary>Node vmextension of the Batch service.</summary>
public class BatchNodeVMExtension
{
    internal BatchNodeVMExtension()
    {
    }

    /// <summary>The provisioning state.</summary>
    public string ProvisioningState { get; internal set; }

    /// <summary>The vm extension.</summary>
    public VMExtension VmExtension { get; internal set; }

    /// <summary>The instance view.</summary>
    public VMExtensionInstanceView InstanceView { get; internal set; }

    /// <summary>Reads the body of a response.</summary>
    public static explicit operator BatchNodeVMExtension(Response response) => BatchJson.Read<BatchNodeVMExtension>(response.Content);
}
