namespace Azure.Compute.Batch;

/// <summary>Access to the service from within a task.</summary>
public class AuthenticationTokenSettings
{
    /// <summary>Creates one with nothing set.</summary>
    public AuthenticationTokenSettings()
    {
    }

    /// <summary>What the task may reach.</summary>
    public IList<BatchAccessScope> Access { get; internal set; } = new UnsetList<BatchAccessScope>();
}
