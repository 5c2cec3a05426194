using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace DurableMl.Inference.Tensors;

/// <summary>The best classes of a tensor of scores, in the text form of Triton's classification extension.</summary>
internal static class Ranking
{
    /// <summary>Whether elements of a type can be ranked.</summary>
    public static bool IsRankable(TensorType type) => !type.IsBytes && type.Name != "BOOL";

    /// <summary>
    /// For each row of scores (last dimension) the <paramref name="count"/> highest, or all if there are fewer, as
    /// <c>score:index</c> or <c>score:index:label</c>. Equal scores go by index; NaN comes last; a score's text is the shortest that reads
    /// back as the same number.
    /// </summary>
    /// <param name="scores">At least one dimension, of a type that can be ranked.</param>
    /// <param name="count">At least 1.</param>
    /// <param name="name">The result's name.</param>
    /// <param name="labels">A label for each index; null for none.</param>
    /// <returns>BYTES of the scores' shape, the last dimension cut to the count.</returns>
    public static Tensor Best(Tensor scores, int count, string name, string[]? labels) => scores.Type.Name switch
    {
        "FP32" => Best(scores, MemoryMarshal.Cast<byte, float>(scores.Data), count, name, labels),
        "FP64" => Best(scores, MemoryMarshal.Cast<byte, double>(scores.Data), count, name, labels),
        "FP16" => Best(scores, MemoryMarshal.Cast<byte, Half>(scores.Data), count, name, labels),
        "INT64" => Best(scores, MemoryMarshal.Cast<byte, long>(scores.Data), count, name, labels),
        "INT32" => Best(scores, MemoryMarshal.Cast<byte, int>(scores.Data), count, name, labels),
        "INT16" => Best(scores, MemoryMarshal.Cast<byte, short>(scores.Data), count, name, labels),
        "INT8" => Best(scores, MemoryMarshal.Cast<byte, sbyte>(scores.Data), count, name, labels),
        "UINT64" => Best(scores, MemoryMarshal.Cast<byte, ulong>(scores.Data), count, name, labels),
        "UINT32" => Best(scores, MemoryMarshal.Cast<byte, uint>(scores.Data), count, name, labels),
        "UINT16" => Best(scores, MemoryMarshal.Cast<byte, ushort>(scores.Data), count, name, labels),
        "UINT8" => Best(scores, scores.Data, count, name, labels),
        _ => Best(scores, (ReadOnlySpan<float>)SmallNumbers.Values(scores), count, name, labels),
    };

    private static Tensor Best<T>(Tensor scores, ReadOnlySpan<T> values, int count, string name, string[]? labels)
        where T : struct, IComparable<T>, IFormattable
    {
        int classes = (int)scores.Shape[^1];
        int taken = Math.Min(count, classes);
        var texts = new List<byte[]>();
        for (int start = 0; start < values.Length; start += classes)
        {
            T[] row = values.Slice(start, classes).ToArray();
            int[] order = [.. Enumerable.Range(0, classes)];
            Array.Sort(order, (one, two) => row[two].CompareTo(row[one]) is not 0 and int difference ? difference : one.CompareTo(two));
            foreach (int index in order.AsSpan(0, taken))
            {
                string text = string.Create(CultureInfo.InvariantCulture, $"{row[index].ToString(null, CultureInfo.InvariantCulture)}:{index}");
                texts.Add(Encoding.UTF8.GetBytes(labels is null ? text : $"{text}:{labels[index]}"));
            }
        }

        return Strings(name, [.. scores.Shape.AsSpan(0, scores.Shape.Length - 1), taken], texts);
    }

    private static Tensor Strings(string name, long[] shape, List<byte[]> texts)
    {
        PooledMemory memory = PooledMemory.Rent(checked(texts.Sum(text => sizeof(int) + text.Length)));
        Span<byte> rest = memory.Span;
        foreach (byte[] text in texts)
        {
            BinaryPrimitives.WriteInt32LittleEndian(rest, text.Length);
            text.CopyTo(rest[sizeof(int)..]);
            rest = rest[(sizeof(int) + text.Length)..];
        }

        return new(name, TensorType.ByName["BYTES"], shape, memory, memory.Address, memory.Length);
    }
}
