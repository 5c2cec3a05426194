using System.Globalization;
using DurableMl.Onnx;

namespace Inference.Tests.Conformance;

/// <summary>Compares outputs with the expected ones, with the tolerances of ONNX's own backend test runner.</summary>
internal static class OnnxComparison
{
    /// <summary>The first difference, or null.</summary>
    /// <param name="expected">What the test data expects.</param>
    /// <param name="actual">The tensors that came.</param>
    /// <param name="order">The model's outputs, for data that names them otherwise.</param>
    public static string? Difference(OnnxValueFile[] expected, List<OnnxTensorFile> actual, string[] order)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            OnnxValueFile want = order.Contains(expected[i].Name) ? expected[i] : expected[i].Named(order[i]);
            List<OnnxTensorFile> got = actual.FindAll(output => want.Tensors.Exists(tensor => tensor.Name == output.Name) || OutputForm.IsPart(output.Name, want.Name));
            bool empty = want.Tensors.Count == 0 && got is [{ Shape: [0] }];
            if (got.Count != want.Tensors.Count && !empty)
            {
                return $"output {i} is carried by {got.Count} tensors instead of {want.Tensors.Count}";
            }

            for (int t = 0; t < want.Tensors.Count; t++)
            {
                if (Difference(want.Tensors[t], got.Find(tensor => tensor.Name == want.Tensors[t].Name)) is { } difference)
                {
                    return $"output {want.Tensors[t].Name} {difference}";
                }
            }
        }

        return null;
    }

    /// <summary>Whether two answers are the same to the bit.</summary>
    public static bool AreEqual(List<OnnxTensorFile> one, List<OnnxTensorFile> two) =>
        one.Count == two.Count && one.Zip(two).All(pair =>
            pair.First.Name == pair.Second.Name && pair.First.Type == pair.Second.Type && pair.First.Shape.SequenceEqual(pair.Second.Shape) && pair.First.Data.AsSpan().SequenceEqual(pair.Second.Data));

    private static string? Difference(OnnxTensorFile want, OnnxTensorFile? got)
    {
        if (got is null || got.Type != want.Type || !got.Shape.SequenceEqual(want.Shape))
        {
            return $"is {got?.Type.Name} [{string.Join(',', got?.Shape ?? [])}] instead of {want.Type.Name} [{string.Join(',', want.Shape)}]";
        }

        if (want.Data.AsSpan().SequenceEqual(got.Data))
        {
            return null;
        }

        if (want.Type.IsBytes)
        {
            return "holds other strings";
        }

        for (int e = 0; e < TensorShape.Elements(want.Shape); e++)
        {
            (double w, double g) = (Number(want, e), Number(got, e));
            // 1e-5 for elements near zero.
            if (!(w.Equals(g) || Math.Abs(w - g) <= 1e-5 + (1e-3 * Math.Abs(w))))
            {
                return string.Create(CultureInfo.InvariantCulture, $"element {e} is {g} instead of {w}");
            }
        }

        return null;
    }

    private static double Number(OnnxTensorFile tensor, int i) => tensor.Type.Name switch
    {
        "FP32" => BitConverter.ToSingle(tensor.Data, i * 4),
        "FP64" => BitConverter.ToDouble(tensor.Data, i * 8),
        "FP16" => (double)BitConverter.ToHalf(tensor.Data, i * 2),
        "BF16" => (double)(float)System.Runtime.InteropServices.MemoryMarshal.Cast<byte, Microsoft.ML.OnnxRuntime.BFloat16>(tensor.Data)[i],
        "INT64" => BitConverter.ToInt64(tensor.Data, i * 8),
        "INT32" => BitConverter.ToInt32(tensor.Data, i * 4),
        "UINT64" => BitConverter.ToUInt64(tensor.Data, i * 8),
        "UINT32" => BitConverter.ToUInt32(tensor.Data, i * 4),
        "INT16" => BitConverter.ToInt16(tensor.Data, i * 2),
        "UINT16" => BitConverter.ToUInt16(tensor.Data, i * 2),
        "INT8" => (sbyte)tensor.Data[i],
        _ => tensor.Data[i],
    };
}
