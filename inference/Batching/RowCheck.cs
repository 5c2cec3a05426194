using System.Globalization;
using System.Runtime.InteropServices;
using DurableMl.Inference.Protocol;
using DurableMl.Inference.Registry;
using DurableMl.Inference.Sessions;
using DurableMl.Inference.Tensors;
using Microsoft.ML.OnnxRuntime;

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

        var rows = new List<Row>();
        try
        {
            AddRows(session, sample, rows);
            return Judge(session, rows);
        }
        finally
        {
            rows.ForEach(row => row.Dispose());
        }
    }

    private static BatchingEvidence No(string because) => new(false, because);

    private static void AddRows(ModelSession session, IReadOnlyList<TensorValue> sample, List<Row> rows)
    {
        bool hasFloats = sample.Any(input => input.Type.Name is "FP32" or "FP64");
        foreach (double factor in hasFloats ? Factors : [1])
        {
            for (int i = 0; i < sample[0].Shape[0] && rows.Count < MaxRows; i++)
            {
                if (Row.Run(session, sample, i, factor) is { } row)
                {
                    rows.Add(row);
                }
            }
        }
    }

    private static BatchingEvidence Judge(ModelSession session, List<Row> rows)
    {
        if (rows.Count < 2)
        {
            return No("the model took fewer than two different rows one at a time; give a sample of several rows");
        }

        foreach (int size in Batches)
        {
            if (Problem(session, rows, size) is { } problem)
            {
                return No(problem);
            }
        }

        if (rows.TrueForAll(row => Difference(rows[0].Answer, row.Answer) is null))
        {
            return No("its answers to all rows of the sample were the same, so that nothing could be seen; give a sample of rows with different answers");
        }

        return new(true, string.Create(CultureInfo.InvariantCulture, $"{rows.Count} rows were answered in batches of {string.Join(", ", Batches)} as they were alone"));
    }

    private static string? Problem(ModelSession session, List<Row> rows, int size)
    {
        // Every row is once beside every other kind, first and last.
        Row[] batch = [.. Enumerable.Range(0, size).Select(i => rows[(size + i) % rows.Count])];
        InferenceJob[] jobs = Array.ConvertAll(batch, row => new InferenceJob(row.Inputs, null, 0, CancellationToken.None));
        List<Tensor>[]? answers = null;
        try
        {
            answers = BatchRun.Many(session, jobs);
            if (answers is null)
            {
                return $"an output does not have one row for each of {size} rows of input";
            }

            for (int i = 0; i < size; i++)
            {
                if (Difference(batch[i].Answer, answers[i]) is { } difference)
                {
                    return $"rows depend on each other: in a batch of {size}, {difference}";
                }
            }

            return null;
        }
        catch (Exception e) when (e is OnnxRuntimeException or InferenceException or OverflowException)
        {
            return $"a batch of {size} rows cannot be run: {e.Message}";
        }
        finally
        {
            Array.ForEach(jobs, job => job.ReleaseInputs());
            Array.ForEach(answers ?? [], Dispose);
        }
    }

    private static string? Difference(List<Tensor> alone, List<Tensor> batched)
    {
        for (int i = 0; i < alone.Count; i++)
        {
            (Tensor one, Tensor other) = (alone[i], batched[i]);
            if (one.Type != other.Type || !one.Shape.AsSpan().SequenceEqual(other.Shape))
            {
                return $"'{one.Name}' of a row is {other.Type.Name} {TensorShape.Text(other.Shape)} instead of {one.Type.Name} {TensorShape.Text(one.Shape)}";
            }

            string? difference = one.Type.Name switch
            {
                "FP32" => Difference<float>(one, other, Tolerance),
                "FP64" => Difference<double>(one, other, Tolerance),
                "FP16" => Difference<Half>(one, other, HalfTolerance),
                _ => one.Data.SequenceEqual(other.Data) ? null : $"'{one.Name}' of a row is another",
            };
            if (difference is not null)
            {
                return difference;
            }
        }

        return null;
    }

    private static string? Difference<T>(Tensor alone, Tensor batched, double tolerance)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        ReadOnlySpan<T> one = MemoryMarshal.Cast<byte, T>(alone.Data);
        ReadOnlySpan<T> other = MemoryMarshal.Cast<byte, T>(batched.Data);
        double largest = 0;
        foreach (T value in one)
        {
            largest = T.IsFinite(value) ? Math.Max(largest, Math.Abs(double.CreateTruncating(value))) : largest;
        }

        for (int i = 0; i < one.Length; i++)
        {
            // Equals holds for two NaN and for two infinities of one sign.
            double difference = one[i].Equals(other[i]) ? 0 : Math.Abs(double.CreateTruncating(one[i]) - double.CreateTruncating(other[i]));
            if (!(difference <= tolerance * largest))
            {
                return string.Create(CultureInfo.InvariantCulture, $"'{alone.Name}' of a row is {other[i]} instead of {one[i]}");
            }
        }

        return null;
    }

    private static void Dispose(List<Tensor> tensors) => tensors.ForEach(tensor => tensor.Dispose());

    private sealed class Row(Tensor[] inputs, List<Tensor> answer) : IDisposable
    {
        public Tensor[] Inputs => inputs;

        /// <summary>The model's answer to the row alone.</summary>
        public List<Tensor> Answer => answer;

        /// <summary>A row with its answer; null where the model does not take it.</summary>
        public static Row? Run(ModelSession session, IReadOnlyList<TensorValue> sample, int row, double factor)
        {
            var inputs = new Tensor[sample.Count];
            try
            {
                for (int i = 0; i < inputs.Length; i++)
                {
                    using Tensor all = sample[i].ToTensor();
                    using Tensor taken = all.Rows(row, 1);
                    inputs[i] = Times(taken, factor);
                }

                return new(inputs, BatchRun.One(session, inputs, null, null));
            }
            catch (Exception e) when (e is OnnxRuntimeException or InferenceException)
            {
                Array.ForEach(inputs, input => input?.Dispose());
                return null;
            }
        }

        public void Dispose()
        {
            Array.ForEach(inputs, input => input.Dispose());
            RowCheck.Dispose(answer);
        }

        private static Tensor Times(Tensor row, double factor)
        {
            PooledMemory memory = PooledMemory.Rent(row.Length);
            row.Data.CopyTo(memory.Span);
            switch (row.Type.Name)
            {
                case "FP32":
                    foreach (ref float value in MemoryMarshal.Cast<byte, float>(memory.Span))
                    {
                        value *= (float)factor;
                    }

                    break;
                case "FP64":
                    foreach (ref double value in MemoryMarshal.Cast<byte, double>(memory.Span))
                    {
                        value *= factor;
                    }

                    break;
            }

            return new(row.Name, row.Type, row.Shape, memory, memory.Address, memory.Length);
        }
    }
}
