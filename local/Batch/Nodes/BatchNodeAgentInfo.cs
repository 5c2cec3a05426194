namespace Azure.Compute.Batch;

/// <summary>Node agent info of the Batch service.</summary>
public class BatchNodeAgentInfo
{
    internal BatchNodeAgentInfo()
    {
    }

    /// <summary>Version; the latest by default.</summary>
    public string Version { get; internal set; }

    /// <summary>The last update time.</summary>
    public DateTimeOffset LastUpdateTime { get; internal set; }
}
