using System.Text.Json;
using System.Text.RegularExpressions;
using DurableMl.Features.Schemas;
using DurableMl.Features.Splits;
using DurableMl.Features.Tables;
using DurableMl.Features.Transforms;

namespace DurableMl.Orchestrations.Pipelines;

/// <summary>What a table's columns are for. What is not said follows from the data.</summary>
/// <param name="Targets">The columns to predict.</param>
/// <param name="Task">What is learned; null: regression where all targets hold numbers, else classification.</param>
/// <param name="Columns">What is said of single columns, by name.</param>
/// <param name="Missing">What means a missing value.</param>
/// <param name="Split">How rows are divided; <see cref="SplitRule.By"/> holds unless <paramref name="SplitFollows"/>.</param>
/// <param name="SplitFollows">Whether nothing was said of the rule: stratified for a classification, by fraction for a regression.</param>
public sealed record TableDefinition(
    IReadOnlyList<string> Targets,
    LearningTask? Task,
    IReadOnlyDictionary<string, TableColumnDefinition> Columns,
    IReadOnlyList<string> Missing,
    SplitRule Split,
    bool SplitFollows)
{
    /// <summary>The most columns that a dataset is sliced by: each gets figures for each of its values.</summary>
    public const int MostSlices = 5;

    /// <summary>Columns by whose values evaluation gives figures of their own.</summary>
    public IReadOnlyList<string>? Slices { get; init; }

    /// <summary>What stands between labels of one text; null: what is usual.</summary>
    public string? LabelSeparator { get; init; }

    /// <summary>How files of separated text are written; null: as usual.</summary>
    public TextForm? Form { get; init; }
}

/// <summary>What is said of one column; null: what is usual.</summary>
/// <param name="Type">What it holds.</param>
/// <param name="Encoding">How its values become numbers.</param>
/// <param name="Missing">What stands in for a missing value.</param>
/// <param name="Fill">The value of <see cref="MissingRule.Constant"/>.</param>
/// <param name="Buckets">Buckets of hashed text.</param>
public sealed record TableColumnDefinition(
    ColumnType? Type, ColumnEncoding? Encoding = null, MissingRule? Missing = null, string? Fill = null, int? Buckets = null)
{
    /// <summary>Words of a vocabulary, at most.</summary>
    public int? Words { get; init; }

    /// <summary>Words of a text that are taken in their order.</summary>
    public int? Length { get; init; }
}

/// <summary>Reads what <c>dataset</c> says of a table.</summary>
internal static partial class TableDefinitionReader
{
    private const int MaxColumns = 1000;
    private const int MaxTexts = 100;
    private const int MaxHeader = 10_000;
    private const int MaxSkippedLines = 1000;

    public static TableDefinition Read(JsonObjectReader json, long seed)
    {
        string[] targets = Texts(json, "target", required: true) ?? [];
        string? task = json.Has("task") ? json.OneOf("task", ["classification", "regression", "multiLabel"]) : null;
        var columns = new Dictionary<string, TableColumnDefinition>(StringComparer.Ordinal);
        if (json.Object("columns", required: false) is { } given)
        {
            foreach (string name in given.Names.ToArray())
            {
                if (given.Object(name) is { } column)
                {
                    columns[name] = Column(column);
                }
            }

            if (columns.Count > MaxColumns)
            {
                given.RefuseSelf($"names {columns.Count} columns; at most {MaxColumns} are allowed");
            }
        }

        if (task is "classification" or "multiLabel" && targets.Length > 1)
        {
            json.Refuse("target", $"must be one column for a {(task == "multiLabel" ? "task of several labels" : task)}");
        }

        foreach (string target in targets.Where(columns.ContainsKey))
        {
            json.Refuse("columns", $"names the target '{target}', whose type follows from the task");
        }

        (SplitRule split, bool follows) = Split(json.Object("split", required: false), targets, task, seed);
        return new TableDefinition(
            targets,
            task switch { "classification" => LearningTask.Classification, "regression" => LearningTask.Regression, "multiLabel" => LearningTask.MultiLabel, _ => null },
            columns, Texts(json, "missing", required: false) ?? TableSchema.UsualMissing, split, follows)
        {
            Slices = Slices(json),
            LabelSeparator = json.Has("labelSeparator") ? json.Text("labelSeparator", Separator, "a text of 1 to 3 characters") : null,
            Form = json.Object("csv", required: false) is { } form ? Form(form) : null,
        };
    }

    private static TextForm Form(JsonObjectReader json)
    {
        int skipped = json.Has("skipLines") ? (int)json.Integer("skipLines", 0, MaxSkippedLines) : 0;
        char? separator = json.Has("separator") && json.Text("separator", ValueSeparator, "one of , ; | : ^ ~, a tab or a space") is [var one] ? one : null;
        string[]? header = !json.Has("header") ? null
            : json.Element("header", required: false)!.Value.ValueKind == JsonValueKind.False ? []
            : Texts(json, "header", required: false, MaxHeader, "false or an array of the columns' names, all different");
        bool quotes = json.Flag("quotes", fallback: true);
        json.RefuseTheRest();
        return new TextForm(skipped, separator, header, quotes);
    }

    private static string[]? Slices(JsonObjectReader json)
    {
        string[]? slices = Texts(json, "slices", required: false);
        if (slices?.Length > TableDefinition.MostSlices)
        {
            json.Refuse("slices", $"has {slices.Length} columns; at most {TableDefinition.MostSlices} are allowed");
        }

        return slices;
    }

    private static TableColumnDefinition Column(JsonObjectReader json)
    {
        ColumnType? type = OneOf<ColumnType>(json, "type", [.. Enum.GetValues<ColumnType>().Except([ColumnType.Labels])]);
        ColumnEncoding? encoding = OneOf(
            json, "encode", type is { } one ? ColumnTransform.Encodings(one) : Enum.GetValues<ColumnEncoding>());
        string? fill = Fill(json);
        MissingRule? missing = OneOf(
            json, "missing", [.. (type is { } known ? ColumnTransform.MissingRules(known) : Enum.GetValues<MissingRule>()).Except([MissingRule.Constant])]);
        if (fill is not null && missing is not null)
        {
            json.Refuse("fill", "is one rule for missing values and 'missing' another; leave one of them out");
        }

        int? buckets = json.Has("buckets") ? (int)json.Integer("buckets", 1, 4096) : null;
        int? words = json.Has("words") ? (int)json.Integer("words", 1, 10_000) : null;
        int? length = json.Has("length") ? (int)json.Integer("length", 1, 4096) : null;
        if (length is not null && encoding != ColumnEncoding.Tokens)
        {
            json.Refuse("length", "is for \"encode\": \"tokens\"; leave one of them out or add the other");
        }

        json.RefuseTheRest();
        return new TableColumnDefinition(type, encoding, fill is null ? missing : MissingRule.Constant, fill, buckets) { Words = words, Length = length };
    }

    private static (SplitRule Rule, bool Follows) Split(JsonObjectReader? json, string[] targets, string? task, long seed)
    {
        if (json is null)
        {
            return (new SplitRule(SplitBy.Fraction, null, 0.15, 0.15, seed), true);
        }

        SplitBy? by = OneOf<SplitBy>(json, "by", Enum.GetValues<SplitBy>());
        double validation = json.Number("validation", required: false, 0.001, 0.5) ?? 0.15;
        double test = json.Number("test", required: false, 0.001, 0.5) ?? 0.15;
        if (validation + test > 0.9)
        {
            json.Refuse("test", "leaves less than a tenth of the rows to train on, with validation");
        }

        string? column = null;
        if (by is SplitBy.Group or SplitBy.Time)
        {
            column = json.Text("column", AnyName, "a column's name");
        }
        else if (by == SplitBy.Stratified)
        {
            column = targets.FirstOrDefault();
            if (task is "regression" or "multiLabel" || targets.Length > 1)
            {
                json.Refuse("by", "can be stratified only for a classification");
            }
        }

        json.RefuseTheRest();
        return (new SplitRule(by ?? SplitBy.Fraction, column, validation, test, seed), by is null);
    }

    // The names in JSON are those of the enum's own members.
    private static T? OneOf<T>(JsonObjectReader json, string name, IReadOnlyList<T> allowed)
        where T : struct, Enum
    {
        if (!json.Has(name))
        {
            return null;
        }

        Dictionary<string, T> byName =
            allowed.ToDictionary(value => JsonSerializer.SerializeToElement(value).GetString()!, StringComparer.Ordinal);
        if (byName.Count == 0)
        {
            json.Refuse(name, "says something of a column that is not read");
            return null;
        }

        return byName[json.OneOf(name, byName.Keys)];
    }

    private static string? Fill(JsonObjectReader json)
    {
        if (json.Element("fill", required: false) is not { } value)
        {
            return null;
        }

        if (value.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False)
        {
            return value.ToString();
        }

        json.Refuse("fill", "must be a string, a number or a boolean");
        return null;
    }

    private static string[]? Texts(JsonObjectReader json, string name, bool required, int most = MaxTexts, string? shape = null)
    {
        if (json.Element(name, required) is not { } value)
        {
            return null;
        }

        JsonElement[] items = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [value];
        string[] texts = [.. items.Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)];
        if (texts.Length < items.Length || items.Length == 0 || items.Length > most || texts.Distinct(StringComparer.Ordinal).Count() < texts.Length)
        {
            json.Refuse(name, $"must be {shape ?? $"a string or an array of 1 to {most} different strings"}");
            return [];
        }

        return texts;
    }

    [GeneratedRegex("^.{1,3}\\z", RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Separator { get; }

    [GeneratedRegex("^[\\t ,;|:^~]\\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ValueSeparator { get; }

    [GeneratedRegex("^.{1,200}\\z", RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AnyName { get; }
}
