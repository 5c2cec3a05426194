namespace Azure.Compute.Batch;

/// <summary>Instance view status of the Batch service.</summary>
public class InstanceViewStatus
{
    internal InstanceViewStatus()
    {
    }

    /// <summary>Code for programs.</summary>
    public string Code { get; internal set; }

    /// <summary>The display status.</summary>
    public string DisplayStatus { get; internal set; }

    /// <summary>The level.</summary>
    public StatusLevelTypes? Level { get; internal set; }

    /// <summary>Explanation for people.</summary>
    public string Message { get; internal set; }

    /// <summary>The time.</summary>
    public DateTimeOffset? Time { get; internal set; }
}
