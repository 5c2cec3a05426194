using System.Text.Json;
using System.Text.Json.Serialization;
using DurableMl.Features.Schemas;
using DurableMl.Features.Tables;

namespace DurableMl.Features.Transforms;

/// <summary>
/// Turns rows of a table into the numbers that a model takes, and its numbers into labels. Fitted on the training split, kept beside the
/// dataset and the model as <c>transform.json</c>, and applied by preprocessing and by serving alike.
/// </summary>
/// <param name="Format">Always <see cref="CurrentFormat"/>.</param>
/// <param name="Missing">What means a missing value.</param>
/// <param name="Features">The features, in the order of their numbers.</param>
/// <param name="Task">What was learned.</param>
/// <param name="Targets">What is predicted.</param>
public sealed record FittedTransform(
    string Format, IReadOnlyList<string> Missing, IReadOnlyList<FittedColumn> Features, LearningTask Task,
        IReadOnlyList<FittedTarget> Targets)
{
    /// <summary>This format's name.</summary>
    public const string CurrentFormat = "durableml-transform/1";

    /// <summary>The file's name.</summary>
    public const string File = "transform.json";

    /// <summary>What stands between labels of one text; null where there is one label.</summary>
    public string? LabelSeparator { get; init; }

    /// <summary>How separated text was written, and is where it is scored; null: as usual.</summary>
    public TextForm? Form { get; init; }

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    /// <summary>How many numbers a row becomes.</summary>
    [JsonIgnore]
    public int Width => Features.Sum(feature => feature.Width);

    /// <summary>Where a row's numbers are places in a list of categories or words; null where none are.</summary>
    [JsonIgnore]
    public IReadOnlyList<IndexSpan>? Indices
    {
        get
        {
            var spans = new List<IndexSpan>();
            int offset = 0;
            foreach (FittedColumn feature in Features)
            {
                int? numbers = feature.Encoding switch
                {
                    ColumnEncoding.Ordinal => feature.Categories!.Count + 1,
                    ColumnEncoding.Tokens => feature.Categories!.Count + 2,
                    _ => null,
                };
                if (numbers is { } different)
                {
                    spans.Add(new IndexSpan(offset, feature.Width, different));
                }

                offset += feature.Width;
            }

            return spans.Count > 0 ? spans : null;
        }
    }

    /// <summary>The columns of a row that is to be predicted.</summary>
    [JsonIgnore]
    public TableSchema Schema => new([.. Features.Select(feature => new ColumnSchema(feature.Name, feature.Type))], Missing) { Form = Form };

    /// <summary>Reads <c>transform.json</c>.</summary>
    /// <exception cref="InvalidDataException">It is not one, or one of a later format.</exception>
    public static FittedTransform Parse(ReadOnlySpan<byte> utf8)
    {
        try
        {
            FittedTransform transform = JsonSerializer.Deserialize<FittedTransform>(utf8, Json)
                ?? throw new InvalidDataException($"{File} is empty.");
            return transform.Format == CurrentFormat ? transform
                : throw new InvalidDataException($"{File} is of format '{transform.Format}'; this version reads {CurrentFormat}.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{File} is not valid: {e.Message}", e);
        }
    }

    /// <summary>The bytes of <c>transform.json</c>, the same for the same transform.</summary>
    public byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    /// <summary>The numbers of every row of a batch, row by row.</summary>
    /// <param name="batch">The rows; columns that are not features are not looked at.</param>
    /// <param name="place">What is read, for messages.</param>
    /// <exception cref="TableFormatException">A value is missing where none may be.</exception>
    public float[] Apply(TableBatch batch, string place)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var numbers = new float[checked(batch.Rows * Width)];
        Apply(batch, numbers, place);
        return numbers;
    }

    /// <summary>Writes the numbers of every row of a batch, row by row, where only zeros are.</summary>
    /// <inheritdoc cref="Apply(TableBatch, string)"/>
    public void Apply(TableBatch batch, Span<float> numbers, string place)
    {
        ArgumentNullException.ThrowIfNull(batch);
        int width = Width;
        int offset = 0;
        foreach (FittedColumn feature in Features)
        {
            feature.Apply(batch[feature.Name], numbers, offset, width, place);
            offset += feature.Width;
        }
    }

    /// <summary>The rows that <see cref="Apply(TableBatch, string)"/> would refuse, each with the first column that has no value in it.</summary>
    public IReadOnlyList<(int Row, string Column)> WithoutValue(TableBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        FittedColumn[] needed = [.. Features.Where(feature => feature.NeedsValue && batch[feature.Name].HasMissing)];
        return needed.Length == 0 ? []
            : [.. Enumerable.Range(0, batch.Rows)
                .Select(row => (row, Array.Find(needed, feature => batch[feature.Name].IsMissing(row))?.Name!))
                .Where(found => found.Item2 is not null)];
    }

    /// <summary>The class of each row, or -1 for a label that is none of the target's.</summary>
    public long[] Labels(TableBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        FittedTarget target = Targets[0];
        Dictionary<string, long> classes = target.Labels!.Index()
            .ToDictionary(label => label.Item, label => (long)label.Index, StringComparer.Ordinal);
        ReadOnlySpan<string?> texts = batch[target.Name].Texts.Span;
        var labels = new long[batch.Rows];
        for (int row = 0; row < labels.Length; row++)
        {
            labels[row] = texts[row] is { } text ? classes.GetValueOrDefault(text, -1) : -1;
        }

        return labels;
    }

    /// <summary>Of every row, row by row, a number for each of the target's labels: 1 where the row has it, else 0.</summary>
    public float[] LabelMatrix(TableBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        FittedTarget target = Targets[0];
        Dictionary<string, int> places = target.Labels!.Index().ToDictionary(label => label.Item, label => label.Index, StringComparer.Ordinal);
        ReadOnlySpan<string?> texts = batch[target.Name].Texts.Span;
        var matrix = new float[batch.Rows * places.Count];
        for (int row = 0; row < texts.Length; row++)
        {
            foreach (string label in LabelSet.Split(texts[row]!))
            {
                matrix[(row * places.Count) + places[label]] = 1;
            }
        }

        return matrix;
    }

    /// <summary>The targets' numbers of every row, row by row; NaN where one is missing.</summary>
    public float[] Values(TableBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var values = new float[batch.Rows * Targets.Count];
        for (int i = 0; i < Targets.Count; i++)
        {
            ReadOnlySpan<double> numbers = batch[Targets[i].Name].Numbers.Span;
            for (int row = 0; row < numbers.Length; row++)
            {
                values[(row * Targets.Count) + i] = (float)numbers[row];
            }
        }

        return values;
    }
}

/// <summary>Numbers of a row that are places in a list: they name something, and which is greater means nothing.</summary>
/// <param name="Offset">The first one's place in the row.</param>
/// <param name="Length">How many there are: 1 for a category, more for the words of a text.</param>
/// <param name="Numbers">How many different ones there can be, with 0 for none.</param>
public sealed record IndexSpan(int Offset, int Length, int Numbers);

/// <summary>What is predicted.</summary>
/// <param name="Name">The column.</param>
/// <param name="Labels">The labels that are told apart, in the order of their numbers; null for a regression.</param>
/// <param name="Mean">The mean over the training split, for a regression.</param>
/// <param name="StandardDeviation">The population deviation over the training split, for a regression.</param>
public sealed record FittedTarget(string Name, IReadOnlyList<string>? Labels = null, double? Mean = null, double? StandardDeviation = null);
