namespace Azure.Compute.Batch;

/// <summary>What holds for a user on Windows only.</summary>
public class WindowsUserConfiguration
{
    /// <summary>Creates one with nothing set.</summary>
    public WindowsUserConfiguration()
    {
    }

    /// <summary>How the user signs in.</summary>
    public LoginMode? LoginMode { get; set; }
}
