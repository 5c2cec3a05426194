using System.Buffers.Binary;
using System.Runtime.InteropServices;
using DurableMl.Inference.Protocol;
using DurableMl.Inference.Tensors;

namespace DurableMl.Inference.Routing;

/// <summary>Reads a classifier's output: one row of scores per example.</summary>
internal static class Scores
{
    /// <summary>The output called <paramref name="name"/>, or the first, as FP32 rows and columns.</summary>
    /// <exception cref="InferenceException">422: it is no FP32 matrix.</exception>
    public static Tensor Of(List<Tensor> outputs, string? name)
    {
        Tensor? found = name is null ? outputs.FirstOrDefault() : outputs.Find(output => output.Name == name);
        return found is { Type.Name: "FP32", Shape.Length: 2 }
            ? found
            : throw new InferenceException(422, $"The route needs scores, FP32 with one row per example, but output '{name ?? found?.Name}' is not that.");
    }

    public static ReadOnlySpan<float> Values(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.Data);

    public static ReadOnlySpan<float> Row(Tensor scores, int row)
    {
        int columns = (int)scores.Shape[1];
        return Values(scores).Slice(row * columns, columns);
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

        double sum = 0;
        bool negative = false;
        foreach (float value in row)
        {
            sum += value;
            negative |= value < 0;
        }

        float max = row[IndexOfMax(row)];
        if (!negative && Math.Abs(sum - 1) < 1e-3)
        {
            return max;
        }

        double exponentials = 0;
        foreach (float value in row)
        {
            exponentials += Math.Exp(value - max);
        }

        return 1 / exponentials;
    }

    /// <summary>The class that the outputs give each example: the highest score of an FP32 matrix, or whole numbers (INT64) as they are; null for anything else.</summary>
    public static long[]? Classes(List<Tensor> outputs, int limit)
    {
        Tensor? first = outputs.FirstOrDefault();
        if (first is null || first.Shape.Length == 0 || first.Shape[0] is < 1 || first.Shape[0] > limit)
        {
            return null;
        }

        if (first is { Type.Name: "FP32", Shape.Length: 2 } && first.Shape[1] > 0)
        {
            var classes = new long[first.Shape[0]];
            for (int i = 0; i < classes.Length; i++)
            {
                classes[i] = IndexOfMax(Row(first, i));
            }

            return classes;
        }

        if (first.Type.Name == "INT64" && first.Length == first.Shape[0] * sizeof(long))
        {
            var classes = new long[first.Shape[0]];
            for (int i = 0; i < classes.Length; i++)
            {
                classes[i] = BinaryPrimitives.ReadInt64LittleEndian(first.Data[(i * sizeof(long))..]);
            }

            return classes;
        }

        return null;
    }
}
