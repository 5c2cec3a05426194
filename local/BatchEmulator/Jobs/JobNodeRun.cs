using System.Text.Json.Nodes;
using DurableMl.Local.BatchEmulator.Nodes;
using DurableMl.Local.BatchEmulator.Scheduling;

namespace DurableMl.Local.BatchEmulator.Jobs;

/// <summary>A job preparation or release task on its way; it takes no slot.</summary>
internal sealed class JobNodeRun(Node node) : NodeWork(node, 0)
{
    /// <summary>The task's id.</summary>
    public required string Id { get; init; }

    /// <summary>jobPreparationTask or jobReleaseTask.</summary>
    public required JsonObject Definition { get; init; }

    public bool IsRelease { get; init; }

    /// <summary>Retries before this one.</summary>
    public int Retries { get; init; }

    /// <summary>The longest it may take; null for no limit.</summary>
    public TimeSpan? Limit { get; init; }
}
