namespace DurableMl.Orchestrations.Scoring;

/// <summary>The content of <c>summary.json</c> beside the predictions, and the orchestration's output.</summary>
/// <param name="Model">The model.</param>
/// <param name="Version">The version.</param>
/// <param name="Input">Where the shards were.</param>
/// <param name="Output">Where the predictions are.</param>
/// <param name="Shards">Shards scored.</param>
/// <param name="Examples">Examples scored.</param>
/// <param name="Accuracy">The share predicted right, 0 to 1; null where no shard had labels.</param>
public sealed record ScoreSummary(string Model, string Version, string Input, string Output, int Shards, long Examples, double? Accuracy)
{
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
            done.Shards, done.Examples, done.Labelled == 0 ? null : (double)done.Correct / done.Labelled);
    }
}
