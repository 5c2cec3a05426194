using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using DurableMl.Features.Images;
using DurableMl.Features.Schemas;
using DurableMl.Features.Tables;
using DurableMl.Features.Transforms;

namespace DurableMl.Inference.Columns;

/// <summary>
/// What stands between a table's columns and a version's network: the transform that it was trained behind. A request that names columns
/// goes through it and gets labels or numbers in their own units for an answer; a request that names the network's own input does not.
/// </summary>
internal sealed class ModelColumns : ModelTransform
{
    // Of a batch of rows, however wide they or the answers are.
    private const int MaxNumbers = 4 << 20;

    private readonly FittedTransform transform;
    private readonly TableSchema schema;
    private readonly string networkInput;

    private ModelColumns(FittedTransform transform, string networkInput)
    {
        this.transform = transform;
        this.networkInput = networkInput;
        // The protocol has no null among texts: an empty one is a missing value, unless it was a category of its own.
        bool isCategory = transform.Features.Any(feature => feature.Categories?.Contains("", StringComparer.Ordinal) == true);
        schema = isCategory ? transform.Schema : transform.Schema with { Missing = [.. transform.Missing, ""] };
        Signature = new ModelSignature(
            [.. transform.Features.Select(Described)],
            transform.Task,
            [.. transform.Targets.Select(target => new SignatureTarget(target.Name) { Labels = target.Labels })]);
    }

    public override ModelSignature Signature { get; }

    public override int InputWidth => transform.Width;

    protected override string Kind => "by columns";

    protected override IEnumerable<string> OutputNames => transform.Task switch
    {
        LearningTask.Classification => [LabelOutput, ScoresOutput],
        LearningTask.MultiLabel => [LabelScores.Output, ScoresOutput],
        _ => transform.Targets.Select(target => target.Name),
    };

    /// <summary>The columns of a version.</summary>
    /// <exception cref="InvalidModelException">Transform and network do not fit.</exception>
    /// <exception cref="InvalidDataException">The transform cannot be read.</exception>
    public static ModelColumns Load(ModelManifest manifest, byte[] file, ModelSession session)
    {
        FittedTransform transform = FittedTransform.Parse(file);
        return session.Inputs is [{ Datatype: "FP32", Shape.Count: 2 } input] && input.Accepts([-1, transform.Width])
            ? new ModelColumns(transform, input.Name)
            : throw new InvalidModelException(
                $"Model '{manifest.Model}' version {manifest.Version} cannot be used: its network does not take its transform's {transform.Width} numbers.");
    }

    protected override float[] ToNumbers(InferRequest request, CancellationToken cancellationToken)
    {
        if (transform.Task == LearningTask.MultiLabel)
        {
            LabelScores.Threshold(request);
        }

        int rows = CheckInputs(request);
        var builder = new TableBuilder(schema, "inputs");
        try
        {
            Action<int>[] columns = [.. request.Inputs.Select(input => Adder(builder, input))];
            for (int row = 0; row < rows; row++)
            {
                foreach (Action<int> add in columns)
                {
                    add(row);
                }

                builder.EndRow();
            }

            return transform.Apply(builder.Take(), "inputs");
        }
        catch (TableFormatException e)
        {
            throw new InferenceException(400, e.Message);
        }
    }

    /// <summary>Reads a table's rows as numbers, by the rules by which a request's are read. Memory holds one batch.</summary>
    /// <param name="table">The table.</param>
    /// <param name="faults">Receives the rows that are left out, before the batch that they were in.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="TableFormatException">The table is damaged, or has not the columns that the model takes.</exception>
    public async IAsyncEnumerable<(IReadOnlyList<long> Rows, ReadOnlyMemory<float> Numbers)> ReadAsync(
        TableSource table, ICollection<FaultyRow> faults, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        int most = Math.Max(1, MaxNumbers / Math.Max(transform.Width, OutputWidth));
        await foreach (TableBatch batch in TableReader.ReadAsync(table, schema, faults, cancellationToken))
        {
            HashSet<int> without = [];
            foreach ((int row, string column) in transform.WithoutValue(batch))
            {
                without.Add(row);
                string place = string.Create(CultureInfo.InvariantCulture, $"{table.Name}, row {batch.Numbers![row]}");
                faults.Add(new FaultyRow(batch.Numbers[row], place, $"column '{column}' has no value, and the model takes no row without one"));
            }

            if (without.Count == 0 && batch.Rows <= most)
            {
                yield return (batch.Numbers!, transform.Apply(batch, table.Name));
                continue;
            }

            // At least one, for the faults of a batch that has nothing else.
            int[][] parts = [.. Enumerable.Range(0, batch.Rows).Where(row => !without.Contains(row)).Chunk(most)];
            foreach (int[] part in parts.Length == 0 ? [[]] : parts)
            {
                TableBatch rows = batch.Only(part);
                yield return (rows.Numbers!, transform.Apply(rows, table.Name));
            }
        }
    }

    protected override Tensor ForNetwork(ReadOnlySpan<float> numbers) =>
        Tensor.OfFloats(networkInput, [numbers.Length / transform.Width, transform.Width], numbers);

    protected override int OutputWidth => transform.Targets[0].Labels?.Count ?? transform.Targets.Count;

    protected override TensorList Answers(InferRequest request, float[] numbers, string output) => transform.Task switch
    {
        LearningTask.Classification => Labelled(numbers, transform.Targets[0].Labels!, output),
        LearningTask.MultiLabel => Several(request, numbers, output),
        _ => Values(numbers, transform.Targets.Count),
    };

    /// <summary>The labels of each row whose probabilities reach the threshold, written as the raw data may have them, and the probabilities of all.</summary>
    private TensorList Several(InferRequest request, float[] scores, string output)
    {
        IReadOnlyList<string> labels = transform.Targets[0].Labels!;
        LabelScores.ToProbabilities(scores, output);
        float threshold = LabelScores.Threshold(request);
        string[] answers = [.. scores.Chunk(labels.Count).Select(row => string.Join(transform.LabelSeparator, labels.Where((_, i) => row[i] >= threshold)))];
        return
        [
            Tensor.OfStrings(LabelScores.Output, [answers.Length], answers),
            Tensor.OfFloats(ScoresOutput, [answers.Length, labels.Count], scores),
        ];
    }

    private TensorList Values(float[] values, int width)
    {
        int rows = values.Length / width;
        return
        [
            .. transform.Targets.Select((target, i) => Tensor.OfFloats(target.Name, [rows], [.. Enumerable.Range(0, rows).Select(row => values[(row * width) + i])])),
        ];
    }

    protected override bool IsRawData(InferRequest request) =>
        request.Inputs.Named(networkInput) is null || transform.Features.Any(feature => feature.Name == networkInput);

    private int CheckInputs(InferRequest request)
    {
        string[] absent =
        [
            .. transform.Features.Select(feature => feature.Name).Where(name => request.Inputs.Named(name) is null),
        ];
        if (absent.Length > 0)
        {
            throw InferenceException.Field(
                "inputs",
                $"the columns {string.Join(", ", absent.Select(name => $"'{name}'"))} are missing; a value that is not known is null, "
                + $"or an empty text. The network's own input is '{networkInput}'.");
        }

        int rows = TensorShape.Elements(request.Inputs[0].Shape);
        foreach ((int i, Tensor input) in request.Inputs.Index())
        {
            if (input.Shape is not ([_] or [_, 1]) || TensorShape.Elements(input.Shape) != rows)
            {
                throw InferenceException.Input(
                    i, "shape", $"is {TensorShape.Text(input.Shape)}; every column needs [{rows}], a value for each row of the first one.");
            }

            if (request.Inputs.Named(input.Name) != input)
            {
                throw InferenceException.Input(i, "name", $"input '{input.Name}' is given twice.");
            }
        }

        return rows;
    }

    private static Action<int> Adder(TableBuilder builder, Tensor input)
    {
        string name = input.Name;
        if (input.Type.IsBytes)
        {
            string[] texts = input.Texts();
            return row => builder.Add(name, texts[row]);
        }

        double[] numbers = input.ToDoubles();
        return input.Type.Name switch
        {
            "BOOL" => row => builder.Add(name, numbers[row] != 0),
            // A double does not have all of them.
            "INT64" => row => builder.Add(name, MemoryMarshal.Cast<byte, long>(input.Data)[row]),
            "UINT64" => row => builder.Add(name, numbers[row]),
            _ when input.Type.IsFloat => row => builder.Add(name, numbers[row]),
            _ => row => builder.Add(name, (long)numbers[row]),
        };
    }

    private static SignatureColumn Described(FittedColumn column) =>
        new(column.Name, column.Type, DatatypeOf(column.Type)) { Categories = column.Type == ColumnType.Categorical ? column.Categories : null, Required = column.Required };

    private static string DatatypeOf(ColumnType type) => type switch
    {
        ColumnType.Numeric => "FP64",
        ColumnType.Boolean => "BOOL",
        _ => "BYTES",
    };
}

/// <summary>What a version takes and gives in the raw data's words.</summary>
/// <param name="Columns">The columns, by name.</param>
/// <param name="Task">What it predicts.</param>
/// <param name="Targets">What it predicts of each row.</param>
public sealed record ModelSignature(IReadOnlyList<SignatureColumn> Columns, LearningTask Task, IReadOnlyList<SignatureTarget> Targets)
{
    /// <summary>The images that it takes instead of columns; null for a model of a table.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SignatureImage? Image { get; init; }
}

/// <summary>Images of a request: one encoded JPEG, PNG, BMP, GIF or WebP of any size for each row (BYTES), or pixels in the model's form (UINT8).</summary>
/// <param name="Name">The input's name.</param>
/// <param name="Channels">1 for grayscale, 3 for red, green and blue.</param>
/// <param name="Height">Pixels.</param>
/// <param name="Width">Pixels.</param>
/// <param name="Fit">What becomes of encoded images of other proportions.</param>
public sealed record SignatureImage(string Name, int Channels, int Height, int Width, ImageFit Fit);

/// <summary>A column of a request.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">What it holds.</param>
/// <param name="Datatype">The protocol's type that carries it best; others do too.</param>
public sealed record SignatureColumn(string Name, ColumnType Type, string Datatype)
{
    /// <summary>The categories that the model knows; null for columns that are not categorical.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Categories { get; init; }

    /// <summary>Whether every row needs a value.</summary>
    public bool Required { get; init; }
}

/// <summary>What is predicted.</summary>
/// <param name="Name">The column's name in the raw data.</param>
public sealed record SignatureTarget(string Name)
{
    /// <summary>The labels, in the order of the scores; null for a number.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Labels { get; init; }
}
