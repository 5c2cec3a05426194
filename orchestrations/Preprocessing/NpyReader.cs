using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>Reads the <c>.npy</c> files that <see cref="NpyWriter"/> writes, and those of NumPy with the same element type and order.</summary>
public static partial class NpyReader
{
    /// <summary>The shape and a view of the elements; nothing is copied.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="name">The file's name, for errors.</param>
    /// <exception cref="DatasetFormatException">It is not such a file, or it is cut short.</exception>
    public static (IReadOnlyList<int> Shape, Memory<byte> Elements) Read<T>(Memory<byte> file, string name)
        where T : unmanaged
    {
        string wanted = typeof(T) == typeof(float) ? NpyWriter.Float32 : NpyWriter.Int64;
        (string type, IReadOnlyList<int> shape, Memory<byte> elements) = Read(file, name);
        return type == wanted ? (shape, elements) : throw new DatasetFormatException(name, $"a row-major array of {wanted}", type);
    }

    /// <summary>The same for an array of numbers, booleans or text of any type.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="name">The file's name, for errors.</param>
    /// <returns>NumPy's name of the type, such as <c>&lt;f4</c> or <c>&lt;U12</c>, the shape, and a view of the elements.</returns>
    /// <exception cref="DatasetFormatException">It is not such a file, or it is cut short.</exception>
    public static (string Type, IReadOnlyList<int> Shape, Memory<byte> Elements) Read(Memory<byte> file, string name)
    {
        Span<byte> bytes = file.Span;
        if (bytes.Length < 12 || !IsMagic(bytes))
        {
            throw new DatasetFormatException(name, "a NumPy .npy file", "other content");
        }

        int length = bytes[6] == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]) : checked((int)BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]));
        int start = (bytes[6] == 1 ? 10 : 12) + length;
        if (start < 0 || start > bytes.Length)
        {
            throw new DatasetFormatException(name, "a complete .npy header", "a file cut short");
        }

        string header = Encoding.Latin1.GetString(bytes[(start - length)..start]);
        Match match = HeaderPattern.Match(header);
        if (!match.Success)
        {
            throw new DatasetFormatException(name, "a row-major array of numbers, booleans or text (NumPy's dtype U or S, not object)", header.Trim());
        }

        int[] shape = [.. match.Groups["size"].Captures.Select(size => int.Parse(size.Value, CultureInfo.InvariantCulture))];
        long expected = int.Parse(match.Groups["bytes"].Value, CultureInfo.InvariantCulture);
        if (match.Groups["type"].Value.Contains('U', StringComparison.Ordinal))
        {
            // Characters, of four bytes each.
            expected *= 4;
        }

        foreach (int size in shape)
        {
            // More than the file has is enough to know; multiplied on, it might overflow.
            expected = expected > bytes.Length && size > 0 ? expected : expected * size;
        }

        if (expected != bytes.Length - start)
        {
            throw new DatasetFormatException(name, $"{expected} bytes of elements", $"{bytes.Length - start}");
        }

        return (match.Groups["type"].Value, shape, file[start..]);
    }

    private static bool IsMagic(ReadOnlySpan<byte> bytes) => bytes[0] == 0x93 && bytes[1..6].SequenceEqual("NUMPY"u8);

    [GeneratedRegex(@"'descr': '(?<type>[<>|=][biufSU](?<bytes>\d{1,7}))', 'fortran_order': False, 'shape': \((?:(?<size>\d{1,9}),? ?)*\)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex HeaderPattern { get; }
}
