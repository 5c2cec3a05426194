namespace Azure.Compute.Batch;

/// <summary>Windows user configuration of the Batch service.</summary>
public class WindowsUserConfiguration
{
    /// <summary>Creates one with nothing set.</summary>
    public WindowsUserConfiguration()
    {
    }

    /// <summary>The login mode.</summary>
    public LoginMode? LoginMode { get; set; }
}
