namespace Azure.Compute.Batch;

/// <summary>The service's agent on a node.</summary>
public class BatchNodeAgentInfo
{
    internal BatchNodeAgentInfo()
    {
    }

    /// <summary>Version; the latest by default.</summary>
    public string Version { get; internal set; }

    /// <summary>When the statistics were last updated.</summary>
    public DateTimeOffset LastUpdateTime { get; internal set; }
}
