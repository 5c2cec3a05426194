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
        NpyHeader header = ReadHeader(file.Span, name);
        if (header.IsColumnMajor)
        {
            throw new DatasetFormatException(
                name, "a row-major array", "one in Fortran order; save numpy.ascontiguousarray(array) instead");
        }

        int length = file.Length - header.Bytes;
        long expected = int.Parse(header.Type.AsSpan(2), CultureInfo.InvariantCulture);
        if (header.Type[1] == 'U')
        {
            // Characters, of four bytes each.
            expected *= 4;
        }

        foreach (int size in header.Shape)
        {
            // More than the file has is enough to know; multiplied on, it might overflow.
            expected = expected > file.Length && size > 0 ? expected : expected * size;
        }

        return expected == length
            ? (header.Type, header.Shape, file[header.Bytes..])
            : throw new DatasetFormatException(name, $"{expected} bytes of elements", $"{length}");
    }

    /// <summary>Whether a file begins as every <c>.npy</c> does.</summary>
    internal static bool IsNpy(ReadOnlySpan<byte> start) => start is [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', ..];

    /// <summary>The header alone, of the format's versions 1 to 3.</summary>
    /// <param name="start">The file, or as much of its start as holds the header.</param>
    /// <param name="name">The file's name, for errors.</param>
    /// <exception cref="DatasetFormatException">It is no such file, or its elements are not numbers, booleans or text.</exception>
    internal static NpyHeader ReadHeader(ReadOnlySpan<byte> start, string name)
    {
        if (start.Length < 12 || !IsNpy(start))
        {
            throw new DatasetFormatException(name, "a NumPy .npy file", "other content");
        }

        if (start[6] is < 1 or > 3)
        {
            throw new DatasetFormatException(name, "version 1, 2 or 3 of NumPy's .npy format", $"version {start[6]}");
        }

        int prefix = start[6] == 1 ? 10 : 12;
        long length = start[6] == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(start[8..]) : BinaryPrimitives.ReadUInt32LittleEndian(start[8..]);
        if (prefix + length > start.Length)
        {
            throw new DatasetFormatException(name, "a complete .npy header", "a file cut short");
        }

        int end = prefix + (int)length;
        string header = Encoding.UTF8.GetString(start[prefix..end]);
        Match match = HeaderPattern.Match(header);
        return match.Success
            ? new NpyHeader(
                match.Groups["type"].Value,
                [.. match.Groups["size"].Captures.Select(size => int.Parse(size.Value, CultureInfo.InvariantCulture))],
                end,
                match.Groups["order"].Value == "True")
            : throw new DatasetFormatException(
                name, "an array of numbers, booleans or text (NumPy's dtype U or S, not object)", header.Trim());
    }

    [GeneratedRegex(@"'descr': '(?<type>[<>|=][biufSU](?<bytes>\d{1,7}))', 'fortran_order': (?<order>True|False), 'shape': \((?:(?<size>\d{1,9}),? ?)*\)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex HeaderPattern { get; }
}

/// <summary>The head of a <c>.npy</c> file.</summary>
/// <param name="Type">NumPy's name of the type, such as <c>&lt;f4</c>.</param>
/// <param name="Shape">The shape.</param>
/// <param name="Bytes">Where the elements begin.</param>
/// <param name="IsColumnMajor">Whether the first index runs fastest (Fortran order), not the last.</param>
internal sealed record NpyHeader(string Type, IReadOnlyList<int> Shape, int Bytes, bool IsColumnMajor);
