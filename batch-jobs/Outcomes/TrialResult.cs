using System.Text.Json;

namespace DurableMl.BatchJobs.Outcomes;

/// <summary>What the runner writes to <c>output/result.json</c>, last of all.</summary>
public sealed record TrialResult
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { RespectNullableAnnotations = true };

    /// <summary>The attempt it is about, counted from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>The process start within the attempt, counted from 1.</summary>
    public int Start { get; init; }

    /// <summary>The budget that was to be trained.</summary>
    public int Budget { get; init; }

    /// <summary>The job's exit code, or 69 where the runner itself failed.</summary>
    public required int ExitCode { get; init; }

    /// <summary><c>succeeded</c>, <c>non-retryable</c>, <c>failed</c>, <c>stopped</c> or <c>infrastructure</c>.</summary>
    public required string Reason { get; init; }

    /// <summary>The last line that a failed job wrote to stderr, or the runner's own error; empty on success.</summary>
    public string Message { get; init; } = "";

    /// <summary>Every numeric metric of <c>metrics.jsonl</c> by name.</summary>
    public IReadOnlyDictionary<string, MetricSummary> Metrics { get; init; } = new Dictionary<string, MetricSummary>(StringComparer.Ordinal);

    /// <summary>Seconds from this start's beginning to its end.</summary>
    public double Seconds { get; init; }

    /// <summary>When this start ended; null in results of older runners.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The files under <c>output/</c>.</summary>
    public IReadOnlyList<TrialOutput> Outputs { get; init; } = [];

    /// <summary>Reads a <c>result.json</c>.</summary>
    /// <exception cref="JsonException">It is no result.</exception>
    public static TrialResult Parse(BinaryData content)
    {
        ArgumentNullException.ThrowIfNull(content);
        return content.ToObjectFromJson<TrialResult>(Json) ?? throw new JsonException("result.json is null.");
    }
}
