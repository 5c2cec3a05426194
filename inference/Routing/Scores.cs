using System.Buffers.Binary;
using System.Runtime.InteropServices;
using DurableMl.Inference.Protocol;
using DurableMl.Inference.Registry;
using DurableMl.Inference.Tensors;
using DurableMl.Inference.Values;

namespace DurableMl.Inference.Routing;

/// <summary>Reads a classifier's output: one row of scores per example.</summary>
internal static class Scores
{
    /// <summary>The output called <paramref name="name"/>, or the first that is scores, as FP32 rows and columns.</summary>
    /// <exception cref="InferenceException">422: it is no FP32 matrix.</exception>
    public static Tensor Of(List<Tensor> outputs, string? name)
    {
        Tensor? found = name is null
            ? outputs.Find(output => IsMatrix(output) && output.Shape[1] > 1) ?? outputs.Find(IsMatrix)
            : outputs.Find(output => output.Name == name) ?? outputs.Find(output => output.Name == PartName.Values(name));
        return found is not null && IsMatrix(found)
            ? found
            : throw new InferenceException(422, $"The route needs scores, FP32 with one row per example, but {(name is null ? "no output is that" : $"output '{name}' is not that")}.");
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

    /// <summary>
    /// The class that the outputs give each example: a label that is a whole number (INT64), otherwise the highest score of an FP32 matrix; null
    /// where they give none, as a regression does.
    /// </summary>
    public static long[]? Classes(List<Tensor> outputs, int limit)
    {
        Tensor? labels = outputs.Find(output => output.Type.Name == "INT64" && ValueForm.RoleOf(output.Type, output.Shape) == OutputRole.Label);
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
