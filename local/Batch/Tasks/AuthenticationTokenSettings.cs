namespace Azure.Compute.Batch;

/// <summary>Authentication token settings of the Batch service.</summary>
public class AuthenticationTokenSettings
{
    /// <summary>Creates one with nothing set.</summary>
    public AuthenticationTokenSettings()
    {
    }

    /// <summary>The access.</summary>
    public IList<BatchAccessScope> Access { get; internal set; } = new UnsetList<BatchAccessScope>();
}
