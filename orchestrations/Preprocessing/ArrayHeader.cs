using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;

namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>What a raw array consists of.</summary>
public enum ElementType
{
    /// <summary>0 to 255; pixels.</summary>
    UInt8,

    /// <summary>One byte, 0 or 1.</summary>
    Boolean,

    /// <summary>One byte with a sign.</summary>
    Int8,

    /// <summary>Two bytes without a sign.</summary>
    UInt16,

    /// <summary>Two bytes.</summary>
    Int16,

    /// <summary>Four bytes without a sign.</summary>
    UInt32,

    /// <summary>Four bytes.</summary>
    Int32,

    /// <summary>Eight bytes without a sign.</summary>
    UInt64,

    /// <summary>Eight bytes.</summary>
    Int64,

    /// <summary>A float of two bytes.</summary>
    Float16,

    /// <summary>A float of four bytes.</summary>
    Float32,

    /// <summary>A float of eight bytes.</summary>
    Float64,
}

/// <summary>
/// The head of a raw array, told by its first bytes: IDX (Y. LeCun, "The MNIST database", file formats: two zero bytes, the element type,
/// the number of dimensions, then each as a big-endian 32-bit integer; elements big-endian) or NumPy's <c>.npy</c>.
/// </summary>
/// <param name="Element">The elements' type.</param>
/// <param name="IsBigEndian">Whether an element's highest byte comes first.</param>
/// <param name="Dimensions">Sizes, the number of examples first.</param>
/// <param name="HeaderBytes">Bytes before the first example.</param>
public sealed record ArrayHeader(ElementType Element, bool IsBigEndian, IReadOnlyList<int> Dimensions, int HeaderBytes)
{
    /// <summary>Bytes that are enough for every header this type reads.</summary>
    public const int MaxBytes = 4096;

    private const int MaxDimensions = 8;

    /// <summary>Whether the first index runs fastest (Fortran order), as in arrays that pandas makes: each number of all examples, then the next number of all.</summary>
    public bool IsColumnMajor { get; init; }

    /// <summary>The number of examples.</summary>
    [JsonIgnore]
    public int Count => Dimensions[0];

    /// <summary>Numbers of one example.</summary>
    [JsonIgnore]
    public int ExampleLength => Dimensions.Skip(1).Aggregate(1, (product, size) => product * size);

    /// <summary>Bytes of one element.</summary>
    [JsonIgnore]
    public int ElementBytes => Element switch
    {
        ElementType.UInt8 or ElementType.Boolean or ElementType.Int8 => 1,
        ElementType.UInt16 or ElementType.Int16 or ElementType.Float16 => 2,
        ElementType.UInt32 or ElementType.Int32 or ElementType.Float32 => 4,
        _ => 8,
    };

    /// <summary>Bytes of one example.</summary>
    [JsonIgnore]
    public int ExampleBytes => ExampleLength * ElementBytes;

    /// <summary>Bytes of the whole file.</summary>
    [JsonIgnore]
    public long FileBytes => HeaderBytes + ((long)Count * ExampleBytes);

    /// <summary>Reads a header.</summary>
    /// <param name="start">The first bytes of the file, <see cref="MaxBytes"/> or all there are.</param>
    /// <param name="file">The file's name, for errors.</param>
    /// <param name="labels">Whether it should hold labels (one dimension, or others of size 1 besides) rather than features (two dimensions or more).</param>
    /// <exception cref="DatasetFormatException">The file is not such a file.</exception>
    public static ArrayHeader Read(ReadOnlySpan<byte> start, string file, bool labels)
    {
        ArrayHeader header = NpyReader.IsNpy(start) ? Npy(start, file) : Idx(start, file);
        string expected = labels ? "labels: one dimension of whole numbers, or a column of them" : Invariant($"examples: two to {MaxDimensions} dimensions");
        string found = Invariant($"{header.Dimensions.Count} dimensions of {header.Element}");
        bool fits = labels ? header.Dimensions.Skip(1).All(size => size == 1) : header.Dimensions.Count is >= 2 and <= MaxDimensions;
        if (!fits)
        {
            throw new DatasetFormatException(file, expected, found);
        }

        long example = header.ElementBytes;
        foreach ((int i, int size) in header.Dimensions.Index())
        {
            example = i == 0 ? example : example * size;
            if (size < 1 || example > int.MaxValue)
            {
                throw new DatasetFormatException(file, "dimensions of at least 1 and examples below 2 GiB", Invariant($"{size} as dimension {i}"));
            }
        }

        return header;
    }

    /// <summary>The place in a row-major example of the number that comes so many columns after the first in a column-major array.</summary>
    public int RowMajorPlace(int column)
    {
        int place = 0;
        foreach (int size in Dimensions.Skip(1))
        {
            (place, column) = ((place * size) + (column % size), column / size);
        }

        return place;
    }

    /// <summary>Turns elements as the file has them into this machine's order, in place.</summary>
    public void ToNativeOrder(Span<byte> elements)
    {
        if (IsBigEndian == !BitConverter.IsLittleEndian)
        {
            return;
        }

        switch (ElementBytes)
        {
            case 2:
                Span<ushort> two = MemoryMarshal.Cast<byte, ushort>(elements);
                BinaryPrimitives.ReverseEndianness(two, two);
                break;
            case 4:
                Span<uint> four = MemoryMarshal.Cast<byte, uint>(elements);
                BinaryPrimitives.ReverseEndianness(four, four);
                break;
            case 8:
                Span<ulong> eight = MemoryMarshal.Cast<byte, ulong>(elements);
                BinaryPrimitives.ReverseEndianness(eight, eight);
                break;
            default:
                break;
        }
    }

    /// <summary>Elements in this machine's order as numbers.</summary>
    public void ToNumbers(ReadOnlySpan<byte> elements, Span<double> numbers)
    {
        switch (Element)
        {
            case ElementType.UInt8 or ElementType.Boolean:
                Convert<byte>(elements, numbers);
                break;
            case ElementType.Int8:
                Convert<sbyte>(elements, numbers);
                break;
            case ElementType.UInt16:
                Convert<ushort>(elements, numbers);
                break;
            case ElementType.Int16:
                Convert<short>(elements, numbers);
                break;
            case ElementType.UInt32:
                Convert<uint>(elements, numbers);
                break;
            case ElementType.Int32:
                Convert<int>(elements, numbers);
                break;
            case ElementType.UInt64:
                Convert<ulong>(elements, numbers);
                break;
            case ElementType.Int64:
                Convert<long>(elements, numbers);
                break;
            case ElementType.Float16:
                Convert<Half>(elements, numbers);
                break;
            case ElementType.Float32:
                Convert<float>(elements, numbers);
                break;
            default:
                Convert<double>(elements, numbers);
                break;
        }
    }

    private static void Convert<T>(ReadOnlySpan<byte> elements, Span<double> numbers)
        where T : unmanaged, INumberBase<T>
    {
        ReadOnlySpan<T> typed = MemoryMarshal.Cast<byte, T>(elements);
        for (int i = 0; i < typed.Length; i++)
        {
            numbers[i] = double.CreateTruncating(typed[i]);
        }
    }

    private static ArrayHeader Npy(ReadOnlySpan<byte> start, string file)
    {
        NpyHeader header = NpyReader.ReadHeader(start, file);
        ElementType element = header.Type[1..] switch
        {
            "b1" => ElementType.Boolean,
            "u1" => ElementType.UInt8,
            "i1" => ElementType.Int8,
            "u2" => ElementType.UInt16,
            "i2" => ElementType.Int16,
            "u4" => ElementType.UInt32,
            "i4" => ElementType.Int32,
            "u8" => ElementType.UInt64,
            "i8" => ElementType.Int64,
            "f2" => ElementType.Float16,
            "f4" => ElementType.Float32,
            "f8" => ElementType.Float64,
            _ => throw new DatasetFormatException(
                file, "booleans, whole numbers of 1 to 8 bytes, or floats of 2, 4 or 8 bytes", $"NumPy's type {header.Type}"),
        };
        return new ArrayHeader(element, header.Type[0] == '>', header.Shape, header.Bytes) { IsColumnMajor = header.IsColumnMajor };
    }

    private static ArrayHeader Idx(ReadOnlySpan<byte> start, string file)
    {
        const string Expected = "an IDX file (magic 0x00000801 to 0x00000E08) or a NumPy .npy file";
        if (start.Length < 4)
        {
            throw new DatasetFormatException(file, Expected, Invariant($"only {start.Length} bytes"));
        }

        uint magic = BinaryPrimitives.ReadUInt32BigEndian(start);
        int dimensions = start[3];
        ElementType? element = (magic >> 8) switch
        {
            0x08 => ElementType.UInt8,
            0x09 => ElementType.Int8,
            0x0B => ElementType.Int16,
            0x0C => ElementType.Int32,
            0x0D => ElementType.Float32,
            0x0E => ElementType.Float64,
            _ => null,
        };
        if (element is null || dimensions is 0 or > MaxDimensions)
        {
            throw new DatasetFormatException(file, Expected, Invariant($"magic 0x{magic:X8}"));
        }

        int bytes = 4 + (4 * dimensions);
        if (start.Length < bytes)
        {
            throw new DatasetFormatException(file, Invariant($"a header of {bytes} bytes"), Invariant($"only {start.Length} bytes"));
        }

        var sizes = new int[dimensions];
        for (int i = 0; i < dimensions; i++)
        {
            uint size = BinaryPrimitives.ReadUInt32BigEndian(start[(4 + (4 * i))..]);
            sizes[i] = size <= int.MaxValue
                ? (int)size
                : throw new DatasetFormatException(file, "dimensions below 2^31", Invariant($"{size} as dimension {i}"));
        }

        return new ArrayHeader(element.Value, IsBigEndian: true, sizes, bytes);
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
