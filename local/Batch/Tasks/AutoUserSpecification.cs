namespace Azure.Compute.Batch;

/// <summary>A user that the service makes.</summary>
public class AutoUserSpecification
{
    /// <summary>Creates one with nothing set.</summary>
    public AutoUserSpecification()
    {
    }

    /// <summary>Whether each task has a user of its own.</summary>
    public AutoUserScope? Scope { get; set; }

    /// <summary>Rights of the user.</summary>
    public ElevationLevel? ElevationLevel { get; set; }
}
