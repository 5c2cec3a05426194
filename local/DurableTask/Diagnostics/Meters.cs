using System.Diagnostics.Metrics;

namespace Microsoft.DurableTask.Diagnostics;

/// <summary>The engine's instruments, in the meter <c>Microsoft.DurableTask</c>.</summary>
static class Meters
{
    static readonly Meter Meter = new("Microsoft.DurableTask");

    /// <summary>Seconds that storing a group of changes took.</summary>
    public static readonly Histogram<double> CommitTime = Meter.CreateHistogram<double>("durabletask.commit.duration", "s", "Time to store a group of changes.");

    /// <summary>Seconds that an orchestrator's turn took, without storing it.</summary>
    public static readonly Histogram<double> TurnTime = Meter.CreateHistogram<double>("durabletask.turn.duration", "s", "Time to run an orchestrator's turn.");

    /// <summary>Activities that wait for a worker.</summary>
    public static readonly UpDownCounter<long> QueuedActivities = Meter.CreateUpDownCounter<long>("durabletask.activities.queued", "{activity}", "Activities waiting for a worker.");

    /// <summary>Instances that wait for a turn.</summary>
    public static readonly UpDownCounter<long> QueuedTurns = Meter.CreateUpDownCounter<long>("durabletask.turns.queued", "{turn}", "Instances waiting for a turn.");

    /// <summary>Instances in memory.</summary>
    public static readonly UpDownCounter<long> LiveInstances = Meter.CreateUpDownCounter<long>("durabletask.instances.resident", "{instance}", "Instances in memory.");
}
