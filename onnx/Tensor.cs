using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.ML.OnnxRuntime;

namespace DurableMl.Onnx;

/// <summary>
/// A named tensor: elements in the protocol's binary form (little-endian, row-major; BYTES elements each behind their 4-byte length) at
/// a fixed address. It takes over one reference to its memory, and disposing it releases that.
/// </summary>
internal sealed class Tensor(string name, TensorType type, long[] shape, TensorMemory memory, nint address, int length) : IDisposable
{
    private TensorMemory? memory = memory;

    /// <summary>A tensor over pooled memory that holds a copy of <paramref name="data"/>.</summary>
    public static Tensor Copy(string name, TensorType type, long[] shape, ReadOnlySpan<byte> data)
    {
        PooledMemory memory = PooledMemory.Rent(data.Length);
        data.CopyTo(memory.Span);
        return new(name, type, shape, memory, memory.Address, data.Length);
    }

    /// <summary>An FP32 tensor that holds a copy of <paramref name="values"/>.</summary>
    public static Tensor OfFloats(string name, long[] shape, ReadOnlySpan<float> values) => Copy(name, TensorType.ByName["FP32"], shape, MemoryMarshal.AsBytes(values));

    /// <summary>A tensor of the same name and type that holds <paramref name="parts"/> one after the other.</summary>
    public static Tensor Concatenate(Tensor like, long[] shape, IReadOnlyList<Tensor> parts)
    {
        int length = 0;
        for (int i = 0; i < parts.Count; i++)
        {
            length = checked(length + parts[i].Length);
        }

        PooledMemory memory = PooledMemory.Rent(length);
        Span<byte> rest = memory.Span;
        for (int i = 0; i < parts.Count; i++)
        {
            parts[i].Data.CopyTo(rest);
            rest = rest[parts[i].Length..];
        }

        return new(like.Name, like.Type, shape, memory, memory.Address, length);
    }

    /// <summary>A BYTES tensor of texts in UTF-8.</summary>
    public static Tensor OfStrings(string name, long[] shape, IReadOnlyList<string> texts)
    {
        byte[][] encoded = [.. texts.Select(Encoding.UTF8.GetBytes)];
        PooledMemory memory = ByteStrings.Join(encoded.Length, i => encoded[i]);
        return new(name, TensorType.ByName["BYTES"], shape, memory, memory.Address, memory.Length);
    }

    public string Name => name;

    public TensorType Type => type;

    public long[] Shape => shape;

    public nint Address => address;

    /// <summary>Bytes.</summary>
    public int Length => length;

    public ReadOnlySpan<byte> Data => memory is null ? throw new ObjectDisposedException(Name) : TensorMemory.SpanAt(Address, Length);

    /// <summary>The elements of a tensor of FP32.</summary>
    public ReadOnlySpan<float> Floats => MemoryMarshal.Cast<byte, float>(Data);

    /// <summary>The elements of a BYTES tensor.</summary>
    public ByteStrings Strings => new(Data);

    /// <summary>The elements of a tensor of numbers.</summary>
    public double[] ToDoubles() => Type.Numbers!.ToDoubles(Data);

    /// <summary>The elements as text.</summary>
    public string[] Texts()
    {
        var texts = new string[TensorShape.Elements(Shape)];
        ByteStrings strings = Strings;
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = Type.Numbers?.Text(Data, i) ?? (strings.MoveNext() ? Encoding.UTF8.GetString(strings.Current) : "");
        }

        return texts;
    }

    /// <summary>Where numbers of the same shape differ most, and by how much: not at all where both are NaN or the same infinity, by infinity where only one is.</summary>
    public (int Index, double Difference) FurthestFrom(Tensor other)
    {
        (double[] one, double[] two) = (ToDoubles(), other.ToDoubles());
        (int index, double furthest) = (0, 0);
        for (int i = 0; i < one.Length; i++)
        {
            double difference = one[i].Equals(two[i]) ? 0 : Math.Abs(one[i] - two[i]);
            difference = double.IsNaN(difference) ? double.PositiveInfinity : difference;
            (index, furthest) = difference > furthest ? (i, difference) : (index, furthest);
        }

        return (index, furthest);
    }

    /// <summary>Another reference to the same memory, under the same or another name or shape.</summary>
    public Tensor Share(string? name = null, long[]? shape = null)
    {
        TensorMemory shared = memory ?? throw new ObjectDisposedException(Name);
        shared.AddReference();
        return new(name ?? Name, Type, shape ?? Shape, shared, Address, Length);
    }

    /// <summary>Rows <paramref name="start"/> to <paramref name="start"/> + <paramref name="count"/> (first dimension), over the same memory.</summary>
    public Tensor Rows(int start, int count)
    {
        TensorMemory shared = memory ?? throw new ObjectDisposedException(Name);
        long[] shape = [count, .. Shape.AsSpan(1)];
        int first = Offset(start);
        int end = Offset(start + count);
        shared.AddReference();
        return new(Name, Type, shape, shared, Address + first, end - first);
    }

    /// <summary>A value that reads this tensor's memory in place; only BYTES are copied. This tensor must outlive it.</summary>
    public OrtValue ToOrtValue()
    {
        if (!Type.IsBytes)
        {
            return OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, Type.Element, Shape, Address, Length);
        }

        OrtValue value = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, Shape);
        int i = 0;
        foreach (ReadOnlySpan<byte> element in Strings)
        {
            value.StringTensorSetElementAt(element, i++);
        }

        return value;
    }

    /// <summary>A view of one of a run's values, with a reference to their <paramref name="owner"/>. BYTES are copied into the protocol's form.</summary>
    public static Tensor FromOrtValue(string name, OrtValue value, OrtMemory owner)
    {
        if (!value.IsTensor)
        {
            throw new NotSupportedException($"Output '{name}' holds a {value.OnnxType}, not a tensor.");
        }

        OrtTensorTypeAndShapeInfo info = value.GetTensorTypeAndShape();
        TensorType type = TensorType.Of(info.ElementDataType)
            ?? throw new NotSupportedException($"Output '{name}' has element type {info.ElementDataType}, which the Open Inference Protocol does not have.");
        if (type.IsBytes)
        {
            PooledMemory copy = ByteStrings.Join(checked((int)info.ElementCount), i => value.GetStringElementAsSpan(i));
            return new(name, type, info.Shape, copy, copy.Address, copy.Length);
        }

        Span<byte> data = value.GetTensorMutableRawData();
        owner.AddReference();
        return new(name, type, info.Shape, owner, TensorMemory.AddressOf(data), data.Length);
    }

    public void Dispose() => Interlocked.Exchange(ref memory, null)?.Release();

    // The bytes before a row.
    private int Offset(int row)
    {
        if (!Type.IsBytes)
        {
            return Shape[0] == 0 ? 0 : Length / (int)Shape[0] * row;
        }

        int offset = 0;
        int elements = TensorShape.Elements(Shape.AsSpan(1)) * row;
        for (ByteStrings strings = Strings; elements > 0 && strings.MoveNext(); elements--)
        {
            offset += sizeof(int) + strings.Current.Length;
        }

        return offset;
    }
}

/// <summary>Walks over the elements of a BYTES tensor, each behind its length.</summary>
internal ref struct ByteStrings(ReadOnlySpan<byte> data)
{
    private ReadOnlySpan<byte> rest = data;

    public delegate ReadOnlySpan<byte> ElementAt(int index);

    public ReadOnlySpan<byte> Current { get; private set; }

    /// <summary>Elements one after the other, each behind its length.</summary>
    public static PooledMemory Join(int count, ElementAt element)
    {
        int length = 0;
        for (int i = 0; i < count; i++)
        {
            length = checked(length + sizeof(int) + element(i).Length);
        }

        PooledMemory joined = PooledMemory.Rent(length);
        Span<byte> rest = joined.Span;
        for (int i = 0; i < count; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(rest, element(i).Length);
            element(i).CopyTo(rest[sizeof(int)..]);
            rest = rest[(sizeof(int) + element(i).Length)..];
        }

        return joined;
    }

    public readonly ByteStrings GetEnumerator() => this;

    public bool MoveNext()
    {
        if (rest.IsEmpty)
        {
            return false;
        }

        int length = BinaryPrimitives.ReadInt32LittleEndian(rest);
        Current = rest.Slice(sizeof(int), length);
        rest = rest[(sizeof(int) + length)..];
        return true;
    }
}

/// <summary>Arithmetic on shapes that does not overflow, whatever a request declares.</summary>
internal static class TensorShape
{
    /// <summary>The number of elements, or -1 when that is negative or beyond <see cref="int.MaxValue"/>.</summary>
    public static int Elements(ReadOnlySpan<long> shape)
    {
        const long TooMany = int.MaxValue + 1L;
        long count = 1;
        foreach (long dimension in shape)
        {
            if (dimension < 0)
            {
                return -1;
            }

            // A later 0 still makes the tensor empty, so go on after an overflow.
            count = Math.Min(count * Math.Min(dimension, TooMany), TooMany);
        }

        return count == TooMany ? -1 : (int)count;
    }

    public static string Text(IEnumerable<long> shape) => "[" + string.Join(",", shape) + "]";
}
