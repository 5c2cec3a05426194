using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Nodes by state.</summary>
public class BatchNodeCounts
{
    internal BatchNodeCounts()
    {
    }

    /// <summary>Nodes that are being created.</summary>
    public int Creating { get; internal set; }

    /// <summary>Nodes that run no task.</summary>
    public int Idle { get; internal set; }

    /// <summary>Nodes that take no tasks.</summary>
    public int Offline { get; internal set; }

    /// <summary>Spot nodes that were taken away.</summary>
    public int Preempted { get; internal set; }

    /// <summary>Nodes that are restarting.</summary>
    public int Rebooting { get; internal set; }

    /// <summary>Nodes that are being reimaged.</summary>
    public int Reimaging { get; internal set; }

    /// <summary>Running, or being prepared to.</summary>
    public int Running { get; internal set; }

    /// <summary>Nodes that are starting.</summary>
    public int Starting { get; internal set; }

    /// <summary>Nodes whose start task failed.</summary>
    public int StartTaskFailed { get; internal set; }

    /// <summary>Nodes that are leaving the pool.</summary>
    public int LeavingPool { get; internal set; }

    /// <summary>Nodes the service has lost contact with.</summary>
    public int Unknown { get; internal set; }

    /// <summary>Nodes that cannot be used.</summary>
    public int Unusable { get; internal set; }

    /// <summary>Nodes that wait for their start task to succeed.</summary>
    public int WaitingForStartTask { get; internal set; }

    /// <summary>Nodes that are deallocated.</summary>
    public int Deallocated { get; internal set; }

    /// <summary>Nodes that are being deallocated.</summary>
    public int Deallocating { get; internal set; }

    /// <summary>All of them.</summary>
    public int Total { get; internal set; }

    /// <summary>Nodes whose operating system is being upgraded.</summary>
    [JsonPropertyName("upgradingOS")]
    public int UpgradingOs { get; internal set; }
}
