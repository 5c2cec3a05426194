namespace Azure.Compute.Batch;

/// <summary>The user a task runs as: a named one, or one that the service makes.</summary>
public class UserIdentity
{
    /// <summary>Creates one with nothing set.</summary>
    public UserIdentity()
    {
    }

    /// <summary>Name of the user.</summary>
    public string Username { get; set; }

    /// <summary>A user that the service makes.</summary>
    public AutoUserSpecification AutoUser { get; set; }
}
