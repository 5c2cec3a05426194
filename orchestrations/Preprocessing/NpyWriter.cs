using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>
/// Writes arrays as NumPy <c>.npy</c> files, format version 1.0 (NumPy Enhancement Proposal 1): little-endian, row-major, the header
/// padded so that the data begins at a multiple of 64 bytes and can be memory-mapped.
/// </summary>
public static class NpyWriter
{
    /// <summary>NumPy's name of a little-endian <see cref="float"/>.</summary>
    public const string Float32 = "<f4";

    /// <summary>NumPy's name of a little-endian <see cref="long"/>.</summary>
    public const string Int64 = "<i8";

    private const int Alignment = 64;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0];

    /// <summary>A whole file in memory.</summary>
    /// <param name="data">The elements, row-major.</param>
    /// <param name="shape">The array's shape; its product is the number of elements.</param>
    /// <exception cref="ArgumentException">The shape does not fit the data.</exception>
    /// <exception cref="NotSupportedException">The type has no .npy name here.</exception>
    public static byte[] Write<T>(ReadOnlySpan<T> data, params IReadOnlyList<int> shape)
        where T : unmanaged
    {
        byte[] file = Create<T>(shape, out int start);
        Span<T> elements = MemoryMarshal.Cast<byte, T>(file.AsSpan(start));
        if (elements.Length != data.Length)
        {
            throw new ArgumentException($"Shape [{string.Join(", ", shape)}] holds {elements.Length} elements, not {data.Length}.", nameof(shape));
        }

        data.CopyTo(elements);
        return file;
    }

    /// <summary>A whole file in memory whose elements are zero, to be filled in place: large arrays need not be in memory twice.</summary>
    /// <param name="shape">The array's shape.</param>
    /// <param name="start">Where the elements begin.</param>
    /// <exception cref="NotSupportedException">The type has no .npy name here.</exception>
    public static byte[] Create<T>(IReadOnlyList<int> shape, out int start)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(shape);
        byte[] header = Header<T>(shape);
        long bytes = shape.Aggregate((long)Unsafe.SizeOf<T>(), (product, size) => product * size);
        var file = new byte[checked(header.Length + (int)bytes)];
        header.CopyTo(file, 0);
        start = header.Length;
        return file;
    }

    /// <summary>What stands before the elements.</summary>
    internal static byte[] Header<T>(IReadOnlyList<int> shape)
        where T : unmanaged
    {
        // A tuple of one element needs its comma.
        string tuple = shape.Count == 1 ? $"({shape[0]},)" : $"({string.Join(", ", shape)})";
        string dictionary = $"{{'descr': '{TypeName<T>()}', 'fortran_order': False, 'shape': {tuple}, }}";
        int unpadded = 10 + dictionary.Length + 1;
        int total = (unpadded + Alignment - 1) / Alignment * Alignment;
        byte[] header = new byte[total];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), (ushort)(total - 10));
        Encoding.ASCII.GetBytes(dictionary.PadRight(total - 11) + "\n", header.AsSpan(10));
        return header;
    }

    private static string TypeName<T>() => typeof(T) == typeof(float) ? Float32
        : typeof(T) == typeof(long) ? Int64
        : throw new NotSupportedException($"{typeof(T)} has no .npy type here; float and long have.");
}
