namespace Azure.Compute.Batch;

/// <summary>Windows configuration of the Batch service.</summary>
public class WindowsConfiguration
{
    /// <summary>Creates one with nothing set.</summary>
    public WindowsConfiguration()
    {
    }

    /// <summary>The enable automatic updates.</summary>
    public bool? EnableAutomaticUpdates { get; set; }
}
