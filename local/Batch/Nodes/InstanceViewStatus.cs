namespace Azure.Compute.Batch;

/// <summary>A status of an extension.</summary>
public class InstanceViewStatus
{
    internal InstanceViewStatus()
    {
    }

    /// <summary>Code for programs.</summary>
    public string Code { get; internal set; }

    /// <summary>The status for people.</summary>
    public string DisplayStatus { get; internal set; }

    /// <summary>How serious it is.</summary>
    public StatusLevelTypes? Level { get; internal set; }

    /// <summary>Explanation for people.</summary>
    public string Message { get; internal set; }

    /// <summary>When.</summary>
    public DateTimeOffset? Time { get; internal set; }
}
