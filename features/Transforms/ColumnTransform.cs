using System.Text.Json.Serialization;
using DurableMl.Features.Schemas;
using DurableMl.Features.Tables;

namespace DurableMl.Features.Transforms;

/// <summary>How a column's values become numbers.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ColumnEncoding>))]
public enum ColumnEncoding
{
    /// <summary>(x − mean) / deviation of the training split.</summary>
    [JsonStringEnumMemberName("standardize")]
    Standardize,

    /// <summary>(x − minimum) / (maximum − minimum) of the training split; values beyond lie outside 0 to 1.</summary>
    [JsonStringEnumMemberName("minMax")]
    MinMax,

    /// <summary>As it is; a boolean is 0 or 1.</summary>
    [JsonStringEnumMemberName("none")]
    None,

    /// <summary>One number for each category of the training split: 1 for the row's own. All 0 for a category that was not there.</summary>
    [JsonStringEnumMemberName("oneHot")]
    OneHot,

    /// <summary>The category's place in their order, from 1; 0 for a category that was not there.</summary>
    [JsonStringEnumMemberName("ordinal")]
    Ordinal,

    /// <summary>Words counted in buckets by their hash, scaled to length 1.</summary>
    [JsonStringEnumMemberName("hash")]
    Hash,

    /// <summary>The training split's most frequent words, each counted, scaled to length 1; other words do not count.</summary>
    [JsonStringEnumMemberName("vocabulary")]
    Vocabulary,

    /// <summary>
    /// The text's first words in their order, each as its number: from 2 for the training split's most frequent words, 1 for others, 0 after the last.
    /// </summary>
    [JsonStringEnumMemberName("tokens")]
    Tokens,
}

/// <summary>What stands in for a missing value.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<MissingRule>))]
public enum MissingRule
{
    /// <summary>The training split's mean, for numbers and times.</summary>
    [JsonStringEnumMemberName("mean")]
    Mean,

    /// <summary>The training split's most frequent value, for categories and booleans.</summary>
    [JsonStringEnumMemberName("mostFrequent")]
    MostFrequent,

    /// <summary>A value that the pipeline names.</summary>
    [JsonStringEnumMemberName("constant")]
    Constant,

    /// <summary>Treated as a category that was not there before, for categories and text.</summary>
    [JsonStringEnumMemberName("unknown")]
    Unknown,

    /// <summary>An error.</summary>
    [JsonStringEnumMemberName("error")]
    Error,
}

/// <summary>How one feature is made, before it is fitted.</summary>
/// <param name="Name">The column.</param>
/// <param name="Type">What it holds.</param>
/// <param name="Encoding">How its values become numbers.</param>
/// <param name="Missing">What stands in for a missing value.</param>
public sealed record ColumnTransform(string Name, ColumnType Type, ColumnEncoding Encoding, MissingRule Missing)
{
    /// <summary>The value of <see cref="MissingRule.Constant"/>, as the file would have it.</summary>
    public string? Constant { get; init; }

    /// <summary>Buckets of <see cref="ColumnEncoding.Hash"/>.</summary>
    public int Buckets { get; init; } = 64;

    /// <summary>Words that <see cref="ColumnEncoding.Vocabulary"/> and <see cref="ColumnEncoding.Tokens"/> know, at most.</summary>
    public int Words { get; init; } = 1000;

    /// <summary>Words of a text that <see cref="ColumnEncoding.Tokens"/> takes.</summary>
    public int Length { get; init; } = 64;

    /// <summary>Whether fitting needs to know which words are frequent.</summary>
    internal bool CountsWords => Encoding is ColumnEncoding.Vocabulary or ColumnEncoding.Tokens;

    /// <summary>What is done to a column of this type where nothing is said.</summary>
    public static ColumnTransform Usual(string name, ColumnType type) => type switch
    {
        ColumnType.Numeric or ColumnType.DateTime => new(name, type, ColumnEncoding.Standardize, MissingRule.Mean),
        ColumnType.Boolean => new(name, type, ColumnEncoding.None, MissingRule.MostFrequent),
        ColumnType.Text => new(name, type, ColumnEncoding.Hash, MissingRule.Unknown),
        _ => new(name, type, ColumnEncoding.OneHot, MissingRule.Unknown),
    };

    /// <summary>The encodings that a type can have, the usual one first.</summary>
    public static IReadOnlyList<ColumnEncoding> Encodings(ColumnType type) => type switch
    {
        ColumnType.Numeric or ColumnType.DateTime => [ColumnEncoding.Standardize, ColumnEncoding.MinMax, ColumnEncoding.None],
        ColumnType.Boolean => [ColumnEncoding.None],
        ColumnType.Text => [ColumnEncoding.Hash, ColumnEncoding.Vocabulary, ColumnEncoding.Tokens],
        ColumnType.Categorical => [ColumnEncoding.OneHot, ColumnEncoding.Ordinal],
        _ => [],
    };

    /// <summary>The rules for missing values that a type can have, the usual one first.</summary>
    public static IReadOnlyList<MissingRule> MissingRules(ColumnType type) => type switch
    {
        ColumnType.Numeric or ColumnType.DateTime => [MissingRule.Mean, MissingRule.Constant, MissingRule.Error],
        ColumnType.Boolean => [MissingRule.MostFrequent, MissingRule.Constant, MissingRule.Error],
        ColumnType.Categorical => [MissingRule.Unknown, MissingRule.MostFrequent, MissingRule.Constant, MissingRule.Error],
        ColumnType.Text => [MissingRule.Unknown, MissingRule.Constant, MissingRule.Error],
        _ => [],
    };
}

/// <summary>What is learned.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LearningTask>))]
public enum LearningTask
{
    /// <summary>One of some labels.</summary>
    [JsonStringEnumMemberName("classification")]
    Classification,

    /// <summary>One number or several.</summary>
    [JsonStringEnumMemberName("regression")]
    Regression,

    /// <summary>Any number of some labels.</summary>
    [JsonStringEnumMemberName("multiLabel")]
    MultiLabel,
}

/// <summary>How a table's rows become examples, before anything is fitted.</summary>
/// <param name="Missing">What means a missing value.</param>
/// <param name="Features">The features, in the order of their numbers.</param>
/// <param name="Task">What is learned.</param>
/// <param name="Targets">The columns to predict: one for classification and several labels, one or more for regression. None of them is a feature.</param>
public sealed record TableTransform(
    IReadOnlyList<string> Missing, IReadOnlyList<ColumnTransform> Features, LearningTask Task, IReadOnlyList<string> Targets)
{
    private const int MaxWidth = 100_000;
    private const int MaxLabels = 1000;

    /// <summary>What stands between labels of one text, for <see cref="LearningTask.MultiLabel"/>.</summary>
    public string LabelSeparator { get; init; } = LabelSet.UsualSeparator;

    /// <summary>How separated text is written; null: as usual.</summary>
    public TextForm? Form { get; init; }

    /// <summary>The columns that have to be read.</summary>
    /// <param name="splitColumn">A column that decides the split, which need not be a feature.</param>
    /// <param name="splitColumnType">Its type, where it is none.</param>
    /// <param name="slices">Columns that need not be features either.</param>
    public TableSchema Schema(string? splitColumn = null, ColumnType splitColumnType = ColumnType.Categorical, IReadOnlyList<string>? slices = null)
    {
        ColumnType target = Task switch
        {
            LearningTask.Classification => ColumnType.Categorical,
            LearningTask.MultiLabel => ColumnType.Labels,
            _ => ColumnType.Numeric,
        };
        List<ColumnSchema> columns =
        [
            .. Features.Select(feature => new ColumnSchema(feature.Name, feature.Type)),
            .. Targets.Select(name => new ColumnSchema(name, target)),
        ];
        if (splitColumn is not null && columns.TrueForAll(column => column.Name != splitColumn))
        {
            columns.Add(new ColumnSchema(splitColumn, splitColumnType));
        }

        columns.AddRange((slices ?? []).Where(name => columns.TrueForAll(column => column.Name != name)).Select(name => new ColumnSchema(name, ColumnType.Categorical)));

        return new TableSchema(columns, Missing) { LabelSeparator = LabelSeparator, Form = Form };
    }

    /// <summary>The rows that have every target; the others teach nothing.</summary>
    public TableBatch WithTargets(TableBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ColumnValues[] targets = [.. Targets.Select(name => batch[name])];
        return Array.Exists(targets, target => target.HasMissing)
            ? batch.Only([.. Enumerable.Range(0, batch.Rows).Where(row => !Array.Exists(targets, target => target.IsMissing(row)))])
            : batch;
    }

    /// <summary>Fits it.</summary>
    /// <param name="statistics">The figures of all rows.</param>
    /// <exception cref="TableFormatException">The training split does not have what a column needs.</exception>
    public FittedTransform Fit(TableStatistics statistics)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        FittedColumn[] features = [.. Features.Select(
            feature => FittedColumn.Fit(feature, statistics.Features.GetValueOrDefault(feature.Name) ?? new ColumnStatistics()))];
        int width = features.Sum(feature => feature.Width);
        if (width > MaxWidth)
        {
            FittedColumn widest = features.MaxBy(feature => feature.Width)!;
            throw new TableFormatException(
                $"column '{widest.Name}'",
                $"alone becomes {widest.Width} numbers and all columns {width}, more than {MaxWidth}; encode it as ordinal, or give it another type");
        }

        return new FittedTransform(
            FittedTransform.CurrentFormat, Missing, features, Task, [.. Targets.Select(target => FitTarget(target, statistics))])
        {
            LabelSeparator = Task == LearningTask.MultiLabel ? LabelSeparator : null,
            Form = Form,
        };
    }

    private FittedTarget FitTarget(string name, TableStatistics statistics)
    {
        ColumnStatistics of = statistics.Targets.GetValueOrDefault(name) ?? new ColumnStatistics();
        string place = $"target '{name}'";
        if (Task == LearningTask.Regression)
        {
            return of.Count > 0 ? new FittedTarget(name, null, of.Mean, of.Deviation)
                : throw new TableFormatException(place, "has no value in the training split");
        }

        string[] labels = [.. (of.Categories?.Keys ?? Enumerable.Empty<string>()).Order(StringComparer.Ordinal)];
        return labels.Length switch
        {
            0 => throw new TableFormatException(place, "has no value"),
            1 when Task == LearningTask.Classification => throw new TableFormatException(place, $"has one label only, '{labels[0]}'; there is nothing to tell apart"),
            > MaxLabels => throw new TableFormatException(
                place, $"has {labels.Length} labels; at most {MaxLabels} are told apart. Is it a number to predict (task: regression)?"),
            _ => new FittedTarget(name, labels),
        };
    }
}
