using System.Buffers.Binary;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace DurableMl.Onnx;

/// <summary>Reads a classifier's output: one row of scores per example.</summary>
internal static class Scores
{
    /// <summary>The output called <paramref name="name"/>, or the first that is scores, as FP32 rows and columns; null where it is no FP32 matrix.</summary>
    public static Tensor? Find(TensorList outputs, string? name)
    {
        Tensor? found = name is null
            ? outputs.Find(output => IsMatrix(output) && output.Shape[1] > 1) ?? outputs.Find(IsMatrix)
            : outputs.Named(name) ?? outputs.Named(OutputForm.Values(name));
        return found is not null && IsMatrix(found) ? found : null;
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
