using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using DurableMl.Orchestrations.Evaluation;

namespace DurableMl.Orchestrations.Pipelines;

/// <summary>What the best trial's model must reach on the test split to be published: all of these rules.</summary>
/// <param name="Rules">The rules; none publishes whatever was trained.</param>
public sealed record EvaluationDefinition(IReadOnlyList<EvaluationRule> Rules)
{
    /// <summary>The metrics that there are: those of a classification, then those of a regression, then those of several labels.</summary>
    public static IReadOnlyList<string> Metrics { get; } =
        ["accuracy", "balanced_accuracy", "f1", "log_loss", "auc", "rmse", "mae", "r2", "f1_micro", "f1_macro", "hamming_loss"];

    /// <summary>Whether a rule compares with the model's champion.</summary>
    [JsonIgnore]
    public bool NeedsChampion => Rules.Any(rule => rule.ChampionTolerance is not null);

    /// <summary>Why a model must not be published: the first rule that it misses; null where it may.</summary>
    public string? Refusal(EvaluationResult evaluation)
    {
        ArgumentNullException.ThrowIfNull(evaluation);
        return Rules.Select(rule => rule.Refusal(evaluation)).FirstOrDefault(refusal => refusal is not null);
    }
}

/// <summary>A bound on a metric of the test split, or of a slice of it.</summary>
/// <param name="Metric">The metric; null: accuracy, or r2 of a regression, or f1_micro of several labels.</param>
/// <param name="Minimum">The least value; null: any.</param>
/// <param name="Maximum">The greatest value; null: any.</param>
/// <param name="ChampionTolerance">How much worse than the champion's value on the same rows it may be, at least 0; null: any.</param>
/// <param name="Slice">The part of the test split that the rule is about; null: all of it.</param>
public sealed record EvaluationRule(string? Metric, double? Minimum, double? Maximum, double? ChampionTolerance = null, EvaluationSlice? Slice = null)
{
    private static readonly string[] LessIsBetter = ["log_loss", "rmse", "mae", "hamming_loss"];

    /// <summary>Why a model misses it; null where it does not.</summary>
    public string? Refusal(EvaluationResult evaluation)
    {
        ArgumentNullException.ThrowIfNull(evaluation);
        if (ChampionTolerance is not null && evaluation.Champion is { Problem: { } problem } champion)
        {
            return $"it cannot be compared with the champion, version {champion.Version}: {problem}";
        }

        if (Slice is null)
        {
            return Refusal(evaluation.Metrics, evaluation.Champion?.Metrics, "on the test split");
        }

        if (evaluation.Slices?.GetValueOrDefault(Slice.Column) is not { } values)
        {
            return $"the dataset has no slices of '{Slice.Column}'; name the column in dataset.slices";
        }

        if (Slice.Value is { } wanted && !values.ContainsKey(wanted))
        {
            return $"the test split has no rows with {Slice.Column} '{wanted}'; it has {string.Join(", ", values.Keys.Take(20).Select(value => $"'{value}'"))}";
        }

        return values.Where(value => Slice.Value is null || value.Key == Slice.Value)
            .Select(value => Refusal(
                value.Value.Metrics,
                evaluation.Champion?.Slices?.GetValueOrDefault(Slice.Column)?.GetValueOrDefault(value.Key)?.Metrics,
                $"where {Slice.Column} is '{value.Key}'"))
            .FirstOrDefault(refusal => refusal is not null);
    }

    private string? Refusal(IReadOnlyDictionary<string, double> metrics, IReadOnlyDictionary<string, double>? champion, string where)
    {
        string metric = Metric ?? (metrics.ContainsKey("r2") ? "r2" : metrics.ContainsKey("f1_micro") ? "f1_micro" : "accuracy");
        if (!metrics.TryGetValue(metric, out double value))
        {
            return $"evaluate's metric {metric} is not among what was tested {where}: {string.Join(", ", metrics.Keys)}";
        }

        if (value < Minimum || value > Maximum)
        {
            (string side, string bound, double? limit) = value < Minimum ? ("below", "minimum", Minimum) : ("above", "maximum", Maximum);
            return FormattableString.Invariant($"{metric} {value:0.####} {where} is {side} evaluate's {bound}, {limit}");
        }

        if (ChampionTolerance is not { } tolerance || champion is null)
        {
            return null;
        }

        if (!champion.TryGetValue(metric, out double best))
        {
            return $"evaluate's metric {metric} is not among what the champion was tested for {where}: {string.Join(", ", champion.Keys)}";
        }

        double worse = LessIsBetter.Contains(metric) ? value - best : best - value;
        return worse > tolerance
            ? FormattableString.Invariant($"{metric} {value:0.####} {where} is worse than the champion's {best:0.####} by more than evaluate's championTolerance, {tolerance}")
            : null;
    }
}

/// <summary>Rows of the test split that have a value in a column.</summary>
/// <param name="Column">The column, one of <c>dataset.slices</c>.</param>
/// <param name="Value">The value; null: every value by itself.</param>
public sealed record EvaluationSlice(string Column, string? Value);

/// <summary>Reads <c>evaluate</c>: one rule, or <c>rules</c>, or both.</summary>
internal static partial class EvaluationReader
{
    private const int MostRules = 100;

    public static EvaluationDefinition Read(JsonObjectReader json)
    {
        var rules = new List<EvaluationRule>();
        if (Rule(json, isRequired: false) is { } own)
        {
            rules.Add(own);
        }

        foreach ((System.Text.Json.JsonElement value, string path) in json.Items("rules", MostRules, required: false))
        {
            JsonObjectReader item = json.Within(value, path);
            if (Rule(item, isRequired: true) is { } rule)
            {
                rules.Add(rule);
            }

            item.RefuseTheRest();
        }

        json.RefuseTheRest();
        return new EvaluationDefinition(rules);
    }

    private static EvaluationRule? Rule(JsonObjectReader json, bool isRequired)
    {
        string? metric = json.Has("metric") ? json.OneOf("metric", EvaluationDefinition.Metrics) : null;
        // What is a share cannot be above 1; r2 alone may be negative.
        (double least, double most) = metric switch
        {
            "r2" => (double.MinValue, 1),
            "log_loss" or "rmse" or "mae" => (0, double.MaxValue),
            _ => (0.0, 1.0),
        };
        var rule = new EvaluationRule(
            metric,
            json.Number("minimum", required: false, least, most),
            json.Number("maximum", required: false, least, most),
            json.Number("championTolerance", required: false, 0),
            json.Object("slice", required: false) is { } slice ? Slice(slice) : null);
        if (rule is { Minimum: null, Maximum: null, ChampionTolerance: null })
        {
            if (isRequired || metric is not null || rule.Slice is not null)
            {
                json.RefuseSelf("needs a minimum, a maximum or a championTolerance of its metric");
            }

            return null;
        }

        return rule;
    }

    private static EvaluationSlice Slice(JsonObjectReader json)
    {
        var slice = new EvaluationSlice(
            json.Text("column", AnyText, "a column's name"),
            json.Has("value") ? json.Text("value", AnyText, "a value of the column, as text") : null);
        json.RefuseTheRest();
        return slice;
    }

    [GeneratedRegex("^.{1,200}\\z", RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AnyText { get; }
}
