using System.Text.Json.Serialization;

namespace DurableMl.BatchJobs.Outcomes;

/// <summary>How a trial came to what it is.</summary>
/// <param name="Curve">The values of a metric, by epoch.</param>
/// <param name="Nodes">Where its processes ran, in the order in which they started.</param>
public sealed record TrialHistory(IReadOnlyList<MetricPoint> Curve, IReadOnlyList<NodeTime> Nodes);

/// <summary>A value of a metric.</summary>
/// <param name="Epoch">When; fractions come from jobs that report within epochs.</param>
/// <param name="Value">What it was.</param>
public readonly record struct MetricPoint(double Epoch, double Value);

/// <summary>The time of one process of a trial on a node.</summary>
/// <param name="Attempt">The attempt, from 1.</param>
/// <param name="Start">The start within the attempt, from 1.</param>
/// <param name="Node">The node's id; empty where it is not known.</param>
/// <param name="From">When it started.</param>
/// <param name="To">When it ended, or was last heard of; null where that is not known.</param>
/// <param name="End">How it ended.</param>
public sealed record NodeTime(int Attempt, int Start, string Node, DateTimeOffset From, DateTimeOffset? To, NodeTimeEnd End);

/// <summary>How a process of a trial ended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<NodeTimeEnd>))]
public enum NodeTimeEnd
{
    /// <summary>It has not, as far as its blobs tell.</summary>
    [JsonStringEnumMemberName("none")]
    None,

    /// <summary>By itself, well or not; or another attempt followed.</summary>
    [JsonStringEnumMemberName("ended")]
    Ended,

    /// <summary>Its node was taken away: Batch started the same attempt again.</summary>
    [JsonStringEnumMemberName("preempted")]
    Preempted,
}
