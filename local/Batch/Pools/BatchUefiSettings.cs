namespace Azure.Compute.Batch;

/// <summary>Uefi settings of the Batch service.</summary>
public class BatchUefiSettings
{
    /// <summary>Creates one with nothing set.</summary>
    public BatchUefiSettings()
    {
    }

    /// <summary>The secure boot enabled.</summary>
    public bool? SecureBootEnabled { get; set; }

    /// <summary>The vtpm enabled.</summary>
    public bool? VTpmEnabled { get; set; }
}
