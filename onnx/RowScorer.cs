using System.Runtime.InteropServices;

namespace DurableMl.Onnx;

/// <summary>
/// Runs a model of one input over rows in batches, and chooses among its outputs by what they are (<see cref="TensorSpec.Role"/>): a label and the
/// scores beside it, scores alone, or a value.
/// </summary>
public static class RowScorer
{
    /// <summary>Scores rows. Which of them share a run depends on the rows alone, so that the same rows always give the same bits.</summary>
    /// <param name="session">The model.</param>
    /// <param name="rows">The rows: the first dimension counts them, and the name does not matter.</param>
    /// <param name="batch">Rows per run of the model, at least 1; a model with a fixed first dimension takes exactly that many.</param>
    /// <param name="output">The output to take instead; null to choose.</param>
    /// <param name="cancellationToken">Stops between two runs.</param>
    /// <exception cref="InvalidModelException">The model has another form, the rows do not fit it, a run fails, or no output has a number, a label or scores for each row.</exception>
    public static RowScores Score(ModelSession session, TensorValue rows, int batch, string? output = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batch);
        Check(session, rows, output);
        TensorSpec input = session.Inputs[0];
        batch = input.Shape is [> 0, ..] ? (int)input.Shape[0] : batch;
        int count = (int)rows.Shape[0];
        int rowBytes = count == 0 ? 0 : rows.Data.Length / count;
        Choice? choice = null;
        long[] rowShape = [];
        string[]? columns = null;
        List<float> numbers = [];
        List<long> labels = [];
        List<string> texts = [];
        for (int start = 0; start < count; start += batch)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int taken = Math.Min(batch, count - start);
            using Tensor part = Tensor.Copy(input.Name, rows.Type, [taken, .. rows.Shape.Skip(1)], rows.Data.Span.Slice(start * rowBytes, taken * rowBytes));
            using TensorList outputs = Run(session, part, choice?.Outputs ?? (output is null ? null : [output]), start, taken);
            choice ??= Choose(session, outputs, taken);
            if (choice.Label is { } name && Find(outputs, name, taken) is var label)
            {
                texts.AddRange(label.Type.IsBytes ? label.Texts() : []);
                labels.AddRange(label.Type.IsBytes ? [] : Whole(label));
            }

            if (choice.Numbers is { } other && Find(outputs, other, taken) is var found)
            {
                rowShape = start == 0 ? found.Shape[1..] : rowShape;
                if (!found.Shape.AsSpan(1).SequenceEqual(rowShape))
                {
                    throw new InvalidModelException($"Output '{other}' has rows of different shapes: {TensorShape.Text(found.Shape)} for {taken} rows, and {TensorShape.Text(rowShape)} a row before.");
                }

                numbers.AddRange(Floats(found));
                columns ??= choice.Keys is { } keys ? Find(outputs, keys, null).Texts() : null;
            }
        }

        return new(count, choice?.Role, [.. numbers], rowShape)
        {
            Labels = labels.Count > 0 ? labels : null,
            Texts = texts.Count > 0 ? texts : null,
            Columns = columns,
        };
    }

    private static void Check(ModelSession session, TensorValue rows, string? output)
    {
        if (output is not null && !session.OutputIndex.ContainsKey(output))
        {
            throw new InvalidModelException($"The model has no output '{output}'; it has {string.Join(", ", session.OutputNames)}.");
        }

        if (session.Inputs is not [var input] || TensorType.ByName[input.Datatype] is not { IsBytes: false } type)
        {
            throw new InvalidModelException("The model cannot score rows: it needs one input of numbers.");
        }

        long[] shape = [.. rows.Shape];
        long[] first = [.. shape.Take(1).Select(count => input.Shape is [> 0 and var size, ..] && count % size == 0 ? size : count), .. shape.Skip(1)];
        if (rows.Type != type || shape.Length == 0 || !input.Accepts(first) || (long)TensorShape.Elements(shape) * type.Size != rows.Data.Length)
        {
            throw new InvalidModelException($"Rows of {rows.Type.Name} {TensorShape.Text(shape)} do not fit the model's input '{input.Name}', {input.Datatype} {TensorShape.Text(input.Shape)}.");
        }
    }

    private static TensorList Run(ModelSession session, Tensor input, IReadOnlyList<string>? outputs, int start, int taken)
    {
        try
        {
            return session.Run([input], outputs);
        }
        catch (ModelRunException e)
        {
            throw new InvalidModelException($"The model cannot be run on rows {start} to {start + taken - 1}: {e.Message}", e);
        }
    }

    // What the first output with a meaning is decides; a label and scores go together in either order.
    private static Choice Choose(ModelSession session, TensorList outputs, int taken)
    {
        var meant = session.OutputForms.SelectMany(form => outputs.Where(tensor => tensor.Name == form.Carrier).Select(tensor => (Form: form, Tensor: tensor, Role: form.RoleOf(tensor.Shape)))).ToList();
        OutputRole? first = meant.Find(each => each.Role is not null).Role;
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

    private static Tensor Find(TensorList outputs, string name, int? rows)
    {
        Tensor found = outputs.Named(name) ?? throw new InvalidModelException($"A run gave no '{name}', as the one before did: the model's maps have different keys.");
        return rows is null || (found.Shape.Length > 0 && found.Shape[0] == rows)
            ? found
            : throw new InvalidModelException($"Output '{name}' has shape {TensorShape.Text(found.Shape)} for {rows} rows; scoring needs one row for each.");
    }

    private static float[] Floats(Tensor tensor) =>
        tensor.Type.Name == "FP32" ? tensor.Floats.ToArray() : Array.ConvertAll(tensor.ToDoubles(), value => (float)value);

    private static long[] Whole(Tensor tensor) =>
        tensor.Type.Name == "INT64" ? MemoryMarshal.Cast<byte, long>(tensor.Data).ToArray() : Array.ConvertAll(tensor.ToDoubles(), value => (long)value);

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
    public long[]? Classes() => Role switch
    {
        OutputRole.Label => Labels?.ToArray(),
        OutputRole.Scores when Width > 0 => [.. Enumerable.Range(0, Rows).Select(row => (long)Scores.IndexOfMax(Numbers.AsSpan(row * Width, Width)))],
        _ => null,
    };
}
