using System.Buffers.Binary;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace DurableMl.Inference.Routing;

/// <summary>Takes rows (first dimension) out of tensors and puts them together.</summary>
internal static class Rows
{
    /// <summary>The chosen rows of a tensor.</summary>
    public static Tensor Take(Tensor tensor, IReadOnlyList<int> rows) => Gather(rows.Count, row => (tensor, rows[row]));

    /// <summary>The rows of <paramref name="all"/>, those at <paramref name="places"/> replaced by the rows of <paramref name="replacement"/>.</summary>
    public static Tensor Replace(Tensor all, Tensor replacement, IReadOnlyList<int> places, int rows)
    {
        // Not of the rows but of all of them, as the names of a map's columns are.
        bool isShared = all.Name.EndsWith(OutputForm.Keys(""), StringComparison.Ordinal) || all.Shape.Length == 0 || all.Shape[0] != rows;
        if (isShared && all.Type == replacement.Type && all.Data.SequenceEqual(replacement.Data))
        {
            return all.Share();
        }

        Require(all, rows);
        if (all.Type != replacement.Type || !all.Shape.AsSpan(1).SequenceEqual(replacement.Shape.AsSpan(1)))
        {
            throw new InferenceException(422, $"The cascade's models differ in output '{all.Name}': datatype and shape must be the same.");
        }

        Dictionary<int, int> replaced = places.Index().ToDictionary(place => place.Item, place => place.Index);
        return Gather(rows, row => replaced.TryGetValue(row, out int by) ? (replacement, by) : (all, row));
    }

    public static void Require(Tensor tensor, int rows)
    {
        if (tensor.Shape.Length == 0 || tensor.Shape[0] != rows)
        {
            throw new InferenceException(422, $"'{tensor.Name}' has not one row per example, so that rows cannot be told apart.");
        }
    }

    /// <summary>Rows put together, each from wherever it is.</summary>
    public static Tensor Gather(int count, Func<int, (Tensor From, int Row)> source)
    {
        using var parts = new TensorList { Capacity = count };
        for (int i = 0; i < count; i++)
        {
            (Tensor from, int row) = source(i);
            parts.Add(from.Rows(row, 1));
        }

        return Tensor.Concatenate(parts[0], [count, .. parts[0].Shape.AsSpan(1)], parts);
    }
}

/// <summary>Reads a classifier's output: one row of scores per example.</summary>
internal static class Scores
{
    /// <summary>The output called <paramref name="name"/>, or the first that is scores, as FP32 rows and columns.</summary>
    /// <exception cref="InferenceException">422: it is no FP32 matrix.</exception>
    public static Tensor Of(TensorList outputs, string? name)
    {
        Tensor? found = name is null
            ? outputs.Find(output => IsMatrix(output) && output.Shape[1] > 1) ?? outputs.Find(IsMatrix)
            : outputs.Named(name) ?? outputs.Named(OutputForm.Values(name));
        return found is not null && IsMatrix(found)
            ? found
            : throw new InferenceException(422, $"The route needs scores, FP32 with one row per example, but {(name is null ? "no output is that" : $"output '{name}' is not that")}.");
    }

    public static ReadOnlySpan<float> Row(Tensor scores, int row)
    {
        int columns = (int)scores.Shape[1];
        return scores.Floats.Slice(row * columns, columns);
    }

    public static int IndexOfMax(ReadOnlySpan<float> row)
    {
        int best = 0;
        for (int i = 1; i < row.Length; i++)
        {
            best = row[i] > row[best] ? i : best;
        }

        return best;
    }

    /// <summary>The highest probability of a row; scores that are no probabilities go through softmax.</summary>
    public static double Confidence(ReadOnlySpan<float> row)
    {
        if (row.IsEmpty)
        {
            return 0;
        }

        float[] probabilities = row.ToArray();
        if (!AreProbabilities(row))
        {
            Softmax(probabilities);
        }

        return probabilities[IndexOfMax(row)];
    }

    /// <summary>Whether a row's scores are none below 0 and add up to 1.</summary>
    public static bool AreProbabilities(ReadOnlySpan<float> row) => TensorPrimitives.Min(row) >= 0 && Math.Abs(TensorPrimitives.Sum(row) - 1) < 1e-3;

    /// <summary>Makes probabilities of a row's scores, in place. However large they are, nothing overflows.</summary>
    public static void Softmax(Span<float> row)
    {
        TensorPrimitives.Subtract<float>(row, row[IndexOfMax(row)], row);
        TensorPrimitives.SoftMax<float>(row, row);
    }

    /// <summary>
    /// The class that the outputs give each example: a label that is a whole number (INT64), otherwise the highest score of an FP32 matrix; null
    /// where they give none, as a regression does.
    /// </summary>
    public static long[]? Classes(TensorList outputs, int limit)
    {
        Tensor? labels = outputs.Find(output => output.Type.Name == "INT64" && OutputForm.RoleOf(output.Type, output.Shape) == OutputRole.Label);
        Tensor? scores = outputs.Find(output => IsMatrix(output) && output.Shape[1] > 1);
        if ((labels ?? scores) is not { } found || found.Shape[0] < 1 || found.Shape[0] > limit)
        {
            return null;
        }

        var classes = new long[found.Shape[0]];
        for (int i = 0; i < classes.Length; i++)
        {
            classes[i] = labels is null ? IndexOfMax(Row(found, i)) : BinaryPrimitives.ReadInt64LittleEndian(found.Data[(i * sizeof(long))..]);
        }

        return classes;
    }

    private static bool IsMatrix(Tensor output) => output is { Type.Name: "FP32", Shape.Length: 2 };
}
