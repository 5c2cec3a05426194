using System.Globalization;
using System.Runtime.InteropServices;

namespace DurableMl.Inference.Batching;

/// <summary>
/// Finds out whether a model's rows depend on each other. What the first dimension is called does not say: batch statistics, dynamic
/// quantisation and a top-k over the batch all have a dimension called "batch". So rows are run alone and in batches, by the very code that
/// serves them, and their answers compared.
/// </summary>
public static class RowCheck
{
    // Enough to see one row disturb another, and few enough for a model that takes a second for a row.
    private const int MaxRows = 8;
    private const int LargestBatch = 32;

    // Sums in another order differ in their last bits, in proportion to the largest terms.
    private const double Tolerance = 1e-5;
    private const double HalfTolerance = 1e-2;

    private static readonly int[] Batches = [2, 3, MaxRows, LargestBatch];

    // Rows made of rows: whether they make sense does not matter, only whether they disturb others.
    private static readonly double[] Factors = [1, 0.5, -1, 2, -3, 0.25, 5, 0];

    /// <summary>Tries the model on the rows of <paramref name="sample"/> and, where its inputs are floating-point numbers, on multiples of them.</summary>
    /// <param name="session">The model.</param>
    /// <param name="sample">A tensor for each input, in the model's order, with one row or more.</param>
    public static BatchingEvidence Check(ModelSession session, IReadOnlyList<TensorValue> sample)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(sample);
        if (!session.HasOnlyTensors)
        {
            return No("its outputs are not all tensors");
        }

        if (session.Inputs.Concat(session.Outputs).FirstOrDefault(spec => spec.Shape is not [< 0, ..]) is { } closed)
        {
            return No($"the first dimension of '{closed.Name}' is not open");
        }

        if (sample.Any(input => input.Shape is not [> 0, ..] || input.Shape[0] != sample[0].Shape[0]))
        {
            return No("the inputs of the sample do not have the same number of rows, at least one");
        }

        var rows = new List<(InferenceJob Job, TensorList Answer)>();
        try
        {
            bool hasFloats = sample.Any(input => input.Type.Name is "FP32" or "FP64");
            foreach (double factor in hasFloats ? Factors : [1])
            {
                for (int i = 0; i < sample[0].Shape[0] && rows.Count < MaxRows; i++)
                {
                    AddRow(rows, session, sample, i, factor);
                }
            }

            return Judge(session, rows);
        }
        finally
        {
            rows.ForEach(row =>
            {
                row.Job.Release();
                row.Answer.Dispose();
            });
        }
    }

    private static BatchingEvidence No(string because) => new(false, because);

    // A row with its answer, unless the model does not take it.
    private static void AddRow(List<(InferenceJob Job, TensorList Answer)> rows, ModelSession session, IReadOnlyList<TensorValue> sample, int row, double factor)
    {
        using TensorList inputs = [.. sample.Select(input => Times(input.Rows(row, 1), factor))];
        try
        {
            TensorList answer = session.Run(inputs);
            rows.Add((new InferenceJob(session, inputs, null, 0, CancellationToken.None), answer));
        }
        catch (ModelRunException)
        {
        }
    }

    private static BatchingEvidence Judge(ModelSession session, List<(InferenceJob Job, TensorList Answer)> rows)
    {
        if (rows.Count < 2)
        {
            return No("the model took fewer than two different rows one at a time; give a sample of several rows");
        }

        if (Batches.Select(size => Problem(session, rows, size)).FirstOrDefault(problem => problem is not null) is { } found)
        {
            return No(found);
        }

        if (rows.TrueForAll(row => Difference(rows[0].Answer, row.Answer) is null))
        {
            return No("its answers to all rows of the sample were the same, so that nothing could be seen; give a sample of rows with different answers");
        }

        return new(true, string.Create(CultureInfo.InvariantCulture, $"{rows.Count} rows were answered in batches of {string.Join(", ", Batches)} as they were alone"));
    }

    private static string? Problem(ModelSession session, List<(InferenceJob Job, TensorList Answer)> rows, int size)
    {
        // Every row is once beside every other kind, first and last.
        var batch = Enumerable.Range(0, size).Select(i => rows[(size + i) % rows.Count]).ToList();
        TensorList[]? answers = null;
        try
        {
            answers = BatchRun.Run(session, batch.ConvertAll(row => row.Job));
            return answers is null
                ? $"an output does not have one row for each of {size} rows of input"
                : batch.Zip(answers, (row, answer) => Difference(row.Answer, answer)).FirstOrDefault(difference => difference is not null) is { } difference
                    ? $"rows depend on each other: in a batch of {size}, {difference}"
                    : null;
        }
        catch (Exception e) when (e is ModelRunException or OverflowException)
        {
            return $"a batch of {size} rows cannot be run: {e.Message}";
        }
        finally
        {
            Array.ForEach(answers ?? [], answer => answer.Dispose());
        }
    }

    private static string? Difference(TensorList alone, TensorList batched)
    {
        foreach ((Tensor one, Tensor other) in alone.Zip(batched))
        {
            if (one.Type != other.Type || !one.Shape.AsSpan().SequenceEqual(other.Shape))
            {
                return $"'{one.Name}' of a row is {other.Type.Name} {TensorShape.Text(other.Shape)} instead of {one.Type.Name} {TensorShape.Text(one.Shape)}";
            }

            if (!one.Type.IsFloat && !one.Data.SequenceEqual(other.Data))
            {
                return $"'{one.Name}' of a row is another";
            }

            if (one.Type.IsFloat && one.Length > 0)
            {
                (int at, double difference) = one.FurthestFrom(other);
                double largest = one.ToDoubles().Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max();
                if (difference > (one.Type.Name is "FP32" or "FP64" ? Tolerance : HalfTolerance) * largest)
                {
                    return $"'{one.Name}' of a row is {other.Type.Numbers!.Text(other.Data, at)} instead of {one.Type.Numbers!.Text(one.Data, at)}";
                }
            }
        }

        return null;
    }

    private static Tensor Times(TensorValue row, double factor)
    {
        Tensor product = row.ToTensor();
        Span<byte> data = TensorMemory.SpanAt(product.Address, product.Length);
        foreach (ref float value in row.Type.Name == "FP32" ? MemoryMarshal.Cast<byte, float>(data) : [])
        {
            value *= (float)factor;
        }

        foreach (ref double value in row.Type.Name == "FP64" ? MemoryMarshal.Cast<byte, double>(data) : [])
        {
            value *= factor;
        }

        return product;
    }
}
