using System.Text.Json.Serialization;

namespace DurableMl.Orchestrations.Pipelines;

/// <summary>The direction in which an objective improves.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ObjectiveGoal>))]
public enum ObjectiveGoal
{
    /// <summary>More is better, as with accuracy.</summary>
    [JsonStringEnumMemberName("maximize")]
    Maximize,

    /// <summary>Less is better, as with loss.</summary>
    [JsonStringEnumMemberName("minimize")]
    Minimize,
}

/// <summary>Which of a trial's values of the metric counts.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ObjectiveEpoch>))]
public enum ObjectiveEpoch
{
    /// <summary>The last one reported: that of the model as the trial leaves it.</summary>
    [JsonStringEnumMemberName("last")]
    Last,

    /// <summary>The best one reported, for jobs that keep the model of their best epoch.</summary>
    [JsonStringEnumMemberName("best")]
    Best,
}

/// <summary>What "best" means among trials.</summary>
/// <param name="Metric">A metric that the job reports.</param>
/// <param name="Goal">Whether more of it is better.</param>
/// <param name="At">Which of a trial's values counts.</param>
public sealed record ObjectiveDefinition(string Metric, ObjectiveGoal Goal, ObjectiveEpoch At = ObjectiveEpoch.Last)
{
    /// <summary>What is better, where a trial's best value counts; null where its last does.</summary>
    [JsonIgnore]
    public ObjectiveGoal? Best => At == ObjectiveEpoch.Best ? Goal : null;

    /// <summary>Whether <paramref name="candidate"/> beats <paramref name="incumbent"/>; equal values do not.</summary>
    public bool IsBetter(double candidate, double incumbent) =>
        Goal == ObjectiveGoal.Maximize ? candidate > incumbent : candidate < incumbent;
}

/// <summary>The metrics whose names say what is better, so that <c>sweep.objective.goal</c> may be left out. examples/README.md lists them.</summary>
public static class MetricGoals
{
    private static readonly string[] Prefixes = ["validation_", "val_", "test_", "eval_", "train_"];

    /// <summary>Metrics of which more is better, without a split's prefix such as <c>validation_</c>.</summary>
    public static IReadOnlyCollection<string> Maximized { get; } =
        ["accuracy", "average_precision", "auc", "balanced_accuracy", "bleu", "f1", "f1_macro", "f1_micro", "f1_score", "iou", "map", "precision", "r2", "recall", "roc_auc", "rouge"];

    /// <summary>Metrics of which less is better, likewise.</summary>
    public static IReadOnlyCollection<string> Minimized { get; } =
        ["cer", "cross_entropy", "error", "error_rate", "hamming_loss", "log_loss", "loss", "mae", "mape", "mse", "perplexity", "rmse", "wer"];

    /// <summary>What is better of a metric; null where its name does not say.</summary>
    public static ObjectiveGoal? Of(string metric)
    {
        ArgumentNullException.ThrowIfNull(metric);
        string name = metric.ToLowerInvariant();
        string bare = Prefixes.FirstOrDefault(prefix => name.StartsWith(prefix, StringComparison.Ordinal)) is { } found ? name[found.Length..] : name;
        return Maximized.Contains(bare, StringComparer.Ordinal) ? ObjectiveGoal.Maximize
            : Minimized.Contains(bare, StringComparer.Ordinal) ? ObjectiveGoal.Minimize
            : null;
    }
}
