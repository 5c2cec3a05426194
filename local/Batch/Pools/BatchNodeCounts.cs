using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Nodes by state.</summary>
public class BatchNodeCounts
{
    internal BatchNodeCounts()
    {
    }

    /// <summary>The creating.</summary>
    public int Creating { get; internal set; }

    /// <summary>The idle.</summary>
    public int Idle { get; internal set; }

    /// <summary>The offline.</summary>
    public int Offline { get; internal set; }

    /// <summary>The preempted.</summary>
    public int Preempted { get; internal set; }

    /// <summary>The rebooting.</summary>
    public int Rebooting { get; internal set; }

    /// <summary>The reimaging.</summary>
    public int Reimaging { get; internal set; }

    /// <summary>Running, or being prepared to.</summary>
    public int Running { get; internal set; }

    /// <summary>The starting.</summary>
    public int Starting { get; internal set; }

    /// <summary>The start task failed.</summary>
    public int StartTaskFailed { get; internal set; }

    /// <summary>The leaving pool.</summary>
    public int LeavingPool { get; internal set; }

    /// <summary>The unknown.</summary>
    public int Unknown { get; internal set; }

    /// <summary>The unusable.</summary>
    public int Unusable { get; internal set; }

    /// <summary>The waiting for start task.</summary>
    public int WaitingForStartTask { get; internal set; }

    /// <summary>The deallocated.</summary>
    public int Deallocated { get; internal set; }

    /// <summary>The deallocating.</summary>
    public int Deallocating { get; internal set; }

    /// <summary>All of them.</summary>
    public int Total { get; internal set; }

    /// <summary>The upgrading os.</summary>
    [JsonPropertyName("upgradingOS")]
    public int UpgradingOs { get; internal set; }
}
