namespace DurableMl.Onnx;

/// <summary>A named tensor held in memory, outside a request.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Data">Its elements in the Open Inference Protocol's binary form: little-endian, row-major; BYTES elements each behind their 4-byte length.</param>
public sealed record TensorValue(string Name, TensorType Type, IReadOnlyList<long> Shape, ReadOnlyMemory<byte> Data)
{
    /// <summary>The number of elements.</summary>
    public long Elements => Shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>Whether an element is not a number.</summary>
    public bool HasNaN => Type.IndexOfNaN(Data.Span) >= 0;

    /// <summary>Some of its rows (first dimension).</summary>
    /// <param name="start">The first of them.</param>
    /// <param name="count">How many.</param>
    public TensorValue Rows(int start, int count)
    {
        using Tensor all = ToTensor();
        using Tensor rows = all.Rows(start, count);
        return this with { Shape = rows.Shape, Data = rows.Data.ToArray() };
    }

    /// <summary>A copy that can be run; the caller disposes it.</summary>
    internal Tensor ToTensor() => Tensor.Copy(Name, Type, [.. Shape], Data.Span);
}
