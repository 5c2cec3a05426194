using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using DurableMl.Onnx;
using DurableMl.Orchestrations.Failures;

namespace DurableMl.Orchestrations.Importing;

/// <summary>Compares a model's answer with what is expected: floats by a tolerance, whole numbers, booleans and text exactly, NaN with NaN.</summary>
/// <param name="Tolerance">The largest relative or absolute difference: |actual − expected| ≤ tolerance · max(1, |expected|).</param>
internal sealed record ParityCheck(double Tolerance)
{
    /// <summary>Compares all outputs.</summary>
    /// <param name="expected">What is expected, in the model's order.</param>
    /// <param name="actual">What the model answers, in its order.</param>
    /// <returns>The largest absolute difference between two finite values.</returns>
    /// <exception cref="PermanentFailureException">They differ; the message names the output and the place.</exception>
    public double Compare(IReadOnlyList<TensorValue> expected, IReadOnlyList<TensorValue> actual)
    {
        double largest = 0;
        for (int i = 0; i < actual.Count; i++)
        {
            largest = Math.Max(largest, Compare(expected[i], actual[i]));
        }

        return largest;
    }

    private double Compare(TensorValue expected, TensorValue actual)
    {
        if (expected.Type != actual.Type)
        {
            throw Wrong(actual, $"is of {actual.Type.Name} instead of {expected.Type.Name}");
        }

        if (!expected.Shape.SequenceEqual(actual.Shape))
        {
            throw Wrong(actual, $"is of shape [{string.Join(", ", actual.Shape)}] instead of [{string.Join(", ", expected.Shape)}]");
        }

        return actual.Type.Name switch
        {
            "FP64" => CompareFloats<double>(expected, actual),
            "FP32" => CompareFloats<float>(expected, actual),
            "FP16" => CompareFloats<Half>(expected, actual),
            _ => CompareExactly(expected, actual),
        };
    }

    private double CompareFloats<T>(TensorValue expected, TensorValue actual)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ReadOnlySpan<T> wanted = MemoryMarshal.Cast<byte, T>(expected.Data.Span);
        ReadOnlySpan<T> given = MemoryMarshal.Cast<byte, T>(actual.Data.Span);
        double largest = 0;
        for (int i = 0; i < wanted.Length; i++)
        {
            double one = double.CreateTruncating(wanted[i]);
            double other = double.CreateTruncating(given[i]);
            if (one.Equals(other))
            {
                // Equals, unlike ==, holds for two NaN; it holds for two infinities of one sign too.
                continue;
            }

            double difference = Math.Abs(one - other);
            if (!double.IsFinite(difference) || difference > Tolerance * Math.Max(1, Math.Abs(one)))
            {
                throw Wrong(actual, FormattableString.Invariant($"at {Place(actual, i)} is {given[i]} instead of {wanted[i]}, more than the tolerance {Tolerance} off"));
            }

            largest = Math.Max(largest, difference);
        }

        return largest;
    }

    private static double CompareExactly(TensorValue expected, TensorValue actual)
    {
        int same = expected.Data.Span.CommonPrefixLength(actual.Data.Span);
        if (same == expected.Data.Length && same == actual.Data.Length)
        {
            return 0;
        }

        if (actual.Type.IsBytes)
        {
            throw Wrong(actual, "holds other text");
        }

        int place = same / actual.Type.Size;
        throw Wrong(actual, $"at {Place(actual, place)} is {Element(actual, place)} instead of {Element(expected, place)}");
    }

    private static string Element(TensorValue tensor, int index)
    {
        ReadOnlySpan<byte> element = tensor.Data.Span.Slice(index * tensor.Type.Size, tensor.Type.Size);
        var number = new BigInteger(element, isUnsigned: tensor.Type.Name.StartsWith('U'));
        return tensor.Type.Name == "BOOL" ? (number.IsZero ? "false" : "true") : number.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>An element's index in each dimension.</summary>
    private static string Place(TensorValue tensor, long index)
    {
        var place = new long[tensor.Shape.Count];
        for (int dimension = place.Length - 1; dimension >= 0; dimension--)
        {
            (index, place[dimension]) = Math.DivRem(index, tensor.Shape[dimension]);
        }

        return $"[{string.Join(", ", place)}]";
    }

    private static PermanentFailureException Wrong(TensorValue output, string what) => new($"The ONNX model does not answer as expected: output '{output.Name}' {what}.");
}
