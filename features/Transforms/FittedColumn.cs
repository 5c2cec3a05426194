using System.Collections.Frozen;
using System.Text.Json.Serialization;
using DurableMl.Features.Schemas;
using DurableMl.Features.Tables;

namespace DurableMl.Features.Transforms;

/// <summary>One feature as it was fitted.</summary>
/// <param name="Name">The column.</param>
/// <param name="Type">What it holds.</param>
/// <param name="Encoding">How its values become numbers.</param>
public sealed record FittedColumn(string Name, ColumnType Type, ColumnEncoding Encoding)
{
    private FrozenDictionary<string, int>? places;

    /// <summary>What is subtracted from a number.</summary>
    public double Offset { get; init; }

    /// <summary>What the difference is divided by.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>The categories, or the words of a vocabulary, in the order of their numbers.</summary>
    public IReadOnlyList<string>? Categories { get; init; }

    /// <summary>Buckets of hashed text.</summary>
    public int? Buckets { get; init; }

    /// <summary>Words that are taken of a text, for <see cref="ColumnEncoding.Tokens"/>.</summary>
    public int? Length { get; init; }

    /// <summary>Whether a missing value is an error.</summary>
    public bool Required { get; init; }

    /// <summary>The number that stands in for a missing one; null: see <see cref="Required"/>.</summary>
    public double? FillNumber { get; init; }

    /// <summary>The text that stands in for a missing one; null: the value is unknown.</summary>
    public string? FillText { get; init; }

    /// <summary>Whether a row without a value cannot become numbers.</summary>
    [JsonIgnore]
    internal bool NeedsValue => Type == ColumnType.Text || Categories is not null ? Required && FillText is null : FillNumber is null;

    private FrozenDictionary<string, int> Places =>
        places ??= Categories!.Index().ToFrozenDictionary(category => category.Item, category => category.Index, StringComparer.Ordinal);

    /// <summary>How many numbers a value becomes.</summary>
    [JsonIgnore]
    public int Width => Encoding switch
    {
        ColumnEncoding.OneHot or ColumnEncoding.Vocabulary => Categories!.Count,
        ColumnEncoding.Hash => Buckets!.Value,
        ColumnEncoding.Tokens => Length!.Value,
        _ => 1,
    };

    /// <summary>Fits a feature.</summary>
    /// <exception cref="TableFormatException">The training split does not have what it needs.</exception>
    internal static FittedColumn Fit(ColumnTransform feature, ColumnStatistics statistics)
    {
        string place = $"column '{feature.Name}'";
        if (statistics.Count == 0)
        {
            throw new TableFormatException(place, "has no value in the training split; give it the type ignored");
        }

        var column = new FittedColumn(feature.Name, feature.Type, feature.Encoding) { Required = feature.Missing == MissingRule.Error };
        column = feature.Encoding switch
        {
            ColumnEncoding.Standardize => column with { Offset = statistics.Mean, Scale = statistics.Deviation },
            ColumnEncoding.MinMax => column with { Offset = statistics.Minimum!.Value, Scale = Span(statistics) },
            ColumnEncoding.OneHot or ColumnEncoding.Ordinal =>
                column with { Categories = [.. statistics.Categories!.Keys.Order(StringComparer.Ordinal)] },
            ColumnEncoding.Hash => column with { Buckets = feature.Buckets },
            ColumnEncoding.Vocabulary => column with { Categories = TextWords.Vocabulary(statistics.Words ?? [], feature.Words, place) },
            ColumnEncoding.Tokens =>
                column with { Categories = TextWords.Vocabulary(statistics.Words ?? [], feature.Words, place), Length = feature.Length },
            _ => column,
        };
        return feature.Missing switch
        {
            MissingRule.Mean => column with { FillNumber = statistics.Mean },
            MissingRule.MostFrequent when feature.Type == ColumnType.Boolean => column with { FillNumber = statistics.Mean > 0.5 ? 1 : 0 },
            MissingRule.MostFrequent => column with { FillText = MostFrequent(statistics.Categories!) },
            MissingRule.Constant when ColumnValues.IsNumber(feature.Type) => column with { FillNumber = Constant(feature, place) },
            MissingRule.Constant => column with { FillText = feature.Constant },
            _ => column,
        };
    }

    /// <summary>Writes the numbers of all rows.</summary>
    internal void Apply(ColumnValues values, Span<float> numbers, int offset, int width, string place)
    {
        if (Type == ColumnType.Text)
        {
            FrozenDictionary<string, int>? places = Categories is null ? null : Places;
            for (int row = 0; row < values.Texts.Length; row++)
            {
                string? text = Filled(values.Texts.Span[row], place);
                Span<float> to = numbers.Slice((row * width) + offset, Width);
                if (Encoding == ColumnEncoding.Tokens)
                {
                    TextWords.Number(text, to, places!);
                }
                else
                {
                    TextWords.Count(text, to, places);
                }
            }
        }
        else if (Categories is not null)
        {
            for (int row = 0; row < values.Texts.Length; row++)
            {
                Place(Filled(values.Texts.Span[row], place), numbers[((row * width) + offset)..]);
            }
        }
        else
        {
            ReadOnlySpan<double> from = values.Numbers.Span;
            for (int row = 0; row < from.Length; row++)
            {
                double value = double.IsNaN(from[row]) ? FillNumber ?? throw NoValue(place) : from[row];
                numbers[(row * width) + offset] = (float)((value - Offset) / Scale);
            }
        }
    }

    private static string MostFrequent(Dictionary<string, long> categories) =>
        categories.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).First().Key;

    private static double Span(ColumnStatistics statistics) =>
        statistics.Maximum > statistics.Minimum ? statistics.Maximum.Value - statistics.Minimum.Value : 1;

    private static double Constant(ColumnTransform feature, string place)
    {
        Cell cell = Cell.Of(feature.Constant);
        double value;
        bool isValue = feature.Type switch
        {
            ColumnType.Boolean => cell.TryBoolean(out value),
            ColumnType.DateTime => cell.TryTime(out value),
            _ => cell.TryNumber(out value),
        };
        return isValue ? value
            : throw new TableFormatException(place, $"cannot be filled with '{feature.Constant}', which is no {feature.Type}");
    }

    private string? Filled(string? text, string place) => text ?? FillText ?? (Required ? throw NoValue(place) : null);

    private TableFormatException NoValue(string place) =>
        new(place, $"column '{Name}' has no value in a row, and its rule for missing values is error");

    private void Place(string? text, Span<float> numbers)
    {
        int place = text is null ? -1 : Places.GetValueOrDefault(text, -1);
        if (Encoding == ColumnEncoding.Ordinal)
        {
            numbers[0] = place + 1;
        }
        else if (place >= 0)
        {
            numbers[place] = 1;
        }
    }
}
