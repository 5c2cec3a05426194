namespace DurableMl.Orchestrations.Scoring;

/// <summary>The content of <c>summary.json</c> beside the predictions, and the orchestration's output.</summary>
/// <param name="Model">The model.</param>
/// <param name="Version">The version.</param>
/// <param name="Input">Where the shards, tables or images were.</param>
/// <param name="Output">Where the predictions are.</param>
/// <param name="Shards">Shards, tables and packs of images scored.</param>
/// <param name="Examples">Examples scored.</param>
/// <param name="Accuracy">The share predicted right, 0 to 1; null where no shard had labels.</param>
public sealed record ScoreSummary(string Model, string Version, string Input, string Output, int Shards, long Examples, double? Accuracy)
{
    /// <summary>Rows and files that could not be scored, within what <c>maxFailedItems</c> allows; the files that end in <c>-failed.json</c> list them.</summary>
    public long Failed { get; init; }

    /// <summary>The commonest causes of that; null where all could.</summary>
    public IReadOnlyList<FailureCause>? Causes { get; init; }

    /// <summary>Blobs below the prefix that hold nothing that the model takes.</summary>
    public long Skipped { get; init; }

    /// <summary>Why it was ended before all shards were scored; null where they were.</summary>
    public string? Cancelled { get; init; }

    /// <summary>How it ended: <c>completed</c> or <c>cancelled</c>.</summary>
    public string State => Cancelled is null ? "completed" : "cancelled";

    /// <summary>The summary of what was done.</summary>
    public static ScoreSummary Of(ScoreInput input, ScoreProgress done)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(done);
        return new(
            input.Model, input.Version, $"{input.Input.Container}/{input.Input.Prefix}", $"{input.Output.Container}/{input.Output.Prefix}",
            done.Shards, done.Examples, done.Labelled == 0 ? null : (double)done.Correct / done.Labelled)
        {
            Failed = done.Failed,
            Causes = done.Causes,
            Skipped = done.Skipped,
        };
    }
}
