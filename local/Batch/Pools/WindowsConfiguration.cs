namespace Azure.Compute.Batch;

/// <summary>What holds on Windows only.</summary>
public class WindowsConfiguration
{
    /// <summary>Creates one with nothing set.</summary>
    public WindowsConfiguration()
    {
    }

    /// <summary>Whether updates are installed by themselves.</summary>
    public bool? EnableAutomaticUpdates { get; set; }
}
