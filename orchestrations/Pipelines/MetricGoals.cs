namespace DurableMl.Orchestrations.Pipelines;

/// <summary>The metrics whose names say what is better, so that <c>sweep.objective.goal</c> may be left out. docs/pipelines.md lists them.</summary>
public static class MetricGoals
{
    private static readonly string[] Prefixes = ["validation_", "val_", "test_", "eval_", "train_"];

    /// <summary>Metrics of which more is better, without a split's prefix such as <c>validation_</c>.</summary>
    public static IReadOnlyCollection<string> Maximized { get; } =
        ["accuracy", "average_precision", "auc", "balanced_accuracy", "bleu", "f1", "f1_score", "iou", "map", "precision", "r2", "recall", "roc_auc", "rouge"];

    /// <summary>Metrics of which less is better, likewise.</summary>
    public static IReadOnlyCollection<string> Minimized { get; } =
        ["cer", "cross_entropy", "error", "error_rate", "log_loss", "loss", "mae", "mape", "mse", "perplexity", "rmse", "wer"];

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
