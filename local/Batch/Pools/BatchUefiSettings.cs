namespace Azure.Compute.Batch;

/// <summary>Settings of the UEFI.</summary>
public class BatchUefiSettings
{
    /// <summary>Creates one with nothing set.</summary>
    public BatchUefiSettings()
    {
    }

    /// <summary>Whether only signed code boots.</summary>
    public bool? SecureBootEnabled { get; set; }

    /// <summary>Whether the machine has a virtual TPM.</summary>
    public bool? VTpmEnabled { get; set; }
}
