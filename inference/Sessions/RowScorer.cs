using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using DurableMl.Inference.Batching;
using DurableMl.Inference.Protocol;
using DurableMl.Inference.Registry;
using DurableMl.Inference.Routing;
using DurableMl.Inference.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace DurableMl.Inference.Sessions;

/// <summary>
/// Runs a model of one input over rows in batches, and chooses among its outputs by what they are: a label and the scores beside it, scores
/// alone, or a value. Lives for one pass over the rows.
/// </summary>
internal sealed class RowScorer
{
    private readonly ModelSession session;
    private readonly string? wanted;
    private readonly int rows;
    private readonly List<long> labels = [];
    private readonly List<string> texts = [];
    private Choice? choice;
    private float[] numbers = [];
    private long[] rowShape = [];
    private string[]? columns;

    private RowScorer(ModelSession session, string? wanted, int rows)
    {
        this.session = session;
        this.wanted = wanted;
        this.rows = rows;
    }

    /// <summary>Scores rows.</summary>
    /// <param name="session">A model of one plain input.</param>
    /// <param name="data">The elements of all rows, in the model's own type.</param>
    /// <param name="shape">Their shape; the first dimension counts rows.</param>
    /// <param name="batch">Rows per run.</param>
    /// <param name="output">The output to take; null to choose.</param>
    /// <param name="cancellationToken">Stops between two runs.</param>
    /// <exception cref="InvalidModelException">A run fails, or no output has a number, a label or scores for each row.</exception>
    public static RowScores Score(ModelSession session, ReadOnlySpan<byte> data, long[] shape, int batch, string? output, CancellationToken cancellationToken)
    {
        if (output is not null && !session.OutputIndex.ContainsKey(output))
        {
            throw new InvalidModelException($"The model has no output '{output}'; it has {string.Join(", ", session.OutputNames)}.");
        }

        int count = (int)shape[0];
        var scorer = new RowScorer(session, output, count);
        int rowBytes = count == 0 ? 0 : data.Length / count;
        TensorType type = TensorType.ByName[session.Inputs[0].Datatype];
        for (int start = 0; start < count; start += batch)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int taken = Math.Min(batch, count - start);
            using Tensor input = Tensor.Copy(session.InputNames[0], type, [taken, .. shape.AsSpan(1)], data.Slice(start * rowBytes, taken * rowBytes));
            scorer.Run(input, start, taken);
        }

        return scorer.Result();
    }

    private RowScores Result() => new(rows, choice?.Role, numbers, rowShape)
    {
        Labels = labels.Count > 0 ? labels : null,
        Texts = texts.Count > 0 ? texts : null,
        Columns = columns,
    };

    private void Run(Tensor input, int start, int taken)
    {
        List<Tensor> outputs;
        try
        {
            outputs = BatchRun.One(session, [input], choice?.Outputs ?? (wanted is null ? null : [wanted]), null);
        }
        catch (Exception e) when (e is OnnxRuntimeException or InferenceException)
        {
            throw new InvalidModelException($"The model cannot be run on rows {start} to {start + taken - 1}: {e.Message}", e);
        }

        try
        {
            choice ??= Choose(outputs, taken);
            if (choice.Label is { } label)
            {
                AddLabels(Find(outputs, label), taken);
            }

            if (choice.Numbers is { } name)
            {
                AddNumbers(Find(outputs, name), start, taken);
                columns ??= choice.Keys is { } keys ? Find(outputs, keys).Texts() : null;
            }
        }
        finally
        {
            outputs.ForEach(tensor => tensor.Dispose());
        }
    }

    // What the first output with a meaning is decides; a label and scores go together in either order.
    private Choice Choose(List<Tensor> outputs, int taken)
    {
        var found = session.OutputForms.Select(form => (Form: form, Tensor: outputs.Find(tensor => tensor.Name == form.Carrier))).Where(each => each.Tensor is not null).ToList();
        var meant = found.Select(each => (each.Form, Tensor: each.Tensor!, Role: RoleOf(each.Form, each.Tensor!))).ToList();
        OutputRole? first = meant.FirstOrDefault(each => each.Role is not null).Role;
        var label = meant.Find(each => each.Role == OutputRole.Label);
        var scores = meant.Find(each => each.Role == OutputRole.Scores);
        if (first is OutputRole.Label or OutputRole.Scores)
        {
            return new(
                label.Tensor is null ? OutputRole.Scores : OutputRole.Label, label.Tensor?.Name, scores.Tensor?.Name,
                scores.Form is { Kind: OutputForm.ValueKind.MapPerRow } map ? OutputForm.Keys(map.Name) : null,
                [.. new[] { label.Form?.Name, scores.Form?.Name }.OfType<string>()]);
        }

        var numbers = meant.Find(each => first is null ? each.Tensor.Type.IsFloat : each.Role == first);
        return numbers.Tensor is null
            ? throw new InvalidModelException($"The model has no output with a number, a label or scores for each of {taken} rows; its outputs are {string.Join(", ", session.Outputs.Select(output => $"'{output.Name}' {output.Datatype} {TensorShape.Text(output.Shape)}"))}.")
            : new(first, null, numbers.Tensor.Name, null, [numbers.Form.Name]);
    }

    private static OutputRole? RoleOf(OutputForm form, Tensor tensor) =>
        form.Kind == OutputForm.ValueKind.MapPerRow ? OutputRole.Scores : OutputForm.RoleOf(tensor.Type, tensor.Shape);

    private static Tensor Find(List<Tensor> outputs, string name) =>
        outputs.Find(tensor => tensor.Name == name) ?? throw new InvalidModelException($"A run gave no '{name}', as the one before did: the model's maps have different keys.");

    private static void RequireRows(Tensor output, int taken)
    {
        if (output.Shape.Length == 0 || output.Shape[0] != taken)
        {
            throw new InvalidModelException($"Output '{output.Name}' has shape {TensorShape.Text(output.Shape)} for {taken} rows; scoring needs one row for each.");
        }
    }

    private void AddNumbers(Tensor output, int start, int taken)
    {
        RequireRows(output, taken);
        float[] part = Floats(output);
        if (start == 0)
        {
            rowShape = output.Shape[1..];
            numbers = new float[checked((int)((long)part.Length / taken * rows))];
        }

        int width = numbers.Length / rows;
        if (part.Length != (long)width * taken)
        {
            throw new InvalidModelException($"Output '{output.Name}' has rows of different lengths: {TensorShape.Text(output.Shape)} for {taken} rows, and {TensorShape.Text(rowShape)} a row before.");
        }

        part.CopyTo(numbers.AsSpan(start * width));
    }

    private void AddLabels(Tensor output, int taken)
    {
        RequireRows(output, taken);
        if (output.Type.IsBytes)
        {
            texts.AddRange(output.Texts());
        }
        else
        {
            labels.AddRange(Whole(output));
        }
    }

    private static float[] Floats(Tensor tensor) => tensor.Type.Name switch
    {
        "FP32" => MemoryMarshal.Cast<byte, float>(tensor.Data).ToArray(),
        "FP64" => Array.ConvertAll(MemoryMarshal.Cast<byte, double>(tensor.Data).ToArray(), value => (float)value),
        "FP16" => Array.ConvertAll(MemoryMarshal.Cast<byte, Half>(tensor.Data).ToArray(), value => (float)value),
        "BF16" => Array.ConvertAll(MemoryMarshal.Cast<byte, BFloat16>(tensor.Data).ToArray(), value => (float)value),
        _ => Array.ConvertAll(Whole(tensor), value => (float)value),
    };

    private static long[] Whole(Tensor tensor) => tensor.Type.Name switch
    {
        "INT64" or "UINT64" => MemoryMarshal.Cast<byte, long>(tensor.Data).ToArray(),
        "INT32" => Array.ConvertAll(MemoryMarshal.Cast<byte, int>(tensor.Data).ToArray(), value => (long)value),
        "UINT32" => Array.ConvertAll(MemoryMarshal.Cast<byte, uint>(tensor.Data).ToArray(), value => (long)value),
        "INT16" => Array.ConvertAll(MemoryMarshal.Cast<byte, short>(tensor.Data).ToArray(), value => (long)value),
        "UINT16" => Array.ConvertAll(MemoryMarshal.Cast<byte, ushort>(tensor.Data).ToArray(), value => (long)value),
        "INT8" => Array.ConvertAll(tensor.Data.ToArray(), value => (long)(sbyte)value),
        _ => Array.ConvertAll(tensor.Data.ToArray(), value => (long)value),
    };

    /// <param name="Role">What is predicted.</param>
    /// <param name="Label">The tensor of labels.</param>
    /// <param name="Numbers">The tensor of values or scores.</param>
    /// <param name="Keys">The tensor with the names of its columns.</param>
    /// <param name="Outputs">The outputs to ask for.</param>
    private sealed record Choice(OutputRole? Role, string? Label, string? Numbers, string? Keys, IReadOnlyList<string> Outputs);
}

/// <summary>What a model says of rows.</summary>
/// <param name="Rows">How many rows.</param>
/// <param name="Role">What it predicts: a value, or a class that it names (<see cref="OutputRole.Label"/>) or scores; null for numbers that are neither.</param>
/// <param name="Numbers">The values or scores of all rows, one row after the other; empty where there are labels only.</param>
/// <param name="RowShape">The shape of one row of <paramref name="Numbers"/>.</param>
public sealed record RowScores(int Rows, OutputRole? Role, float[] Numbers, IReadOnlyList<long> RowShape)
{
    /// <summary>The class of each row where the model names it by a whole number.</summary>
    public IReadOnlyList<long>? Labels { get; init; }

    /// <summary>The class of each row where the model names it by a text.</summary>
    public IReadOnlyList<string>? Texts { get; init; }

    /// <summary>The names of the scores' columns, where the model gives them.</summary>
    public IReadOnlyList<string>? Columns { get; init; }

    /// <summary>Numbers of a row.</summary>
    public int Width => Rows == 0 ? 0 : Numbers.Length / Rows;

    /// <summary>The classes as whole numbers: the labels, or the column with the highest score, the first of several; null where there are no such classes.</summary>
    public long[]? Classes()
    {
        if (Role == OutputRole.Label)
        {
            return Labels is null ? null : [.. Labels];
        }

        if (Role != OutputRole.Scores || Width == 0)
        {
            return null;
        }

        var classes = new long[Rows];
        for (int row = 0; row < Rows; row++)
        {
            classes[row] = Scores.IndexOfMax(Numbers.AsSpan(row * Width, Width));
        }

        return classes;
    }
}
