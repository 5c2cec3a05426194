using System.Runtime.InteropServices;
using DurableMl.Onnx;

namespace Inference.Tests;

/// <summary>Makes tensors for tests that need no server.</summary>
internal static class TensorOf
{
    public static Tensor Floats(string name, long[] shape, params float[] values) => Make(name, "FP32", shape, MemoryMarshal.AsBytes<float>(values));

    public static Tensor Integers(string name, long[] shape, params long[] values) => Make(name, "INT64", shape, MemoryMarshal.AsBytes<long>(values));

    public static Tensor Make(string name, string type, long[] shape, ReadOnlySpan<byte> data) => Tensor.Copy(name, TensorType.ByName[type], shape, data);
}
