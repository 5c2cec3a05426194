using System.Buffers.Binary;
using System.Globalization;

namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>
/// The head of an IDX file (Y. LeCun, "The MNIST database", file formats): two zero bytes, the element type, the number of dimensions,
/// then each dimension as a big-endian 32-bit integer. Only unsigned bytes are supported, as in every MNIST-like dataset.
/// </summary>
/// <param name="Dimensions">Sizes, the number of examples first.</param>
public sealed record IdxHeader(IReadOnlyList<int> Dimensions)
{
    /// <summary>Bytes that are enough for every header this type reads.</summary>
    public const int MaxBytes = 4 + (4 * MaxDimensions);

    private const int MaxDimensions = 4;
    private const byte UnsignedByte = 0x08;

    /// <summary>The number of examples.</summary>
    public int Count => Dimensions[0];

    /// <summary>Bytes of one example.</summary>
    public int ExampleBytes => Dimensions.Skip(1).Aggregate(1, (product, size) => product * size);

    /// <summary>Bytes before the first example.</summary>
    public int HeaderBytes => 4 + (4 * Dimensions.Count);

    /// <summary>Bytes of the whole file.</summary>
    public long FileBytes => HeaderBytes + ((long)Count * ExampleBytes);

    /// <summary>Reads a header.</summary>
    /// <param name="start">The first bytes of the file, <see cref="MaxBytes"/> or all there are.</param>
    /// <param name="file">The file's name, for errors.</param>
    /// <param name="labels">Whether it should hold labels (one dimension) rather than features (two to four).</param>
    /// <exception cref="DatasetFormatException">The file is not such a file.</exception>
    public static IdxHeader Read(ReadOnlySpan<byte> start, string file, bool labels)
    {
        string expected = labels ? "an IDX file of labels (magic 0x00000801)" : "an IDX file of features (magic 0x00000802 to 0x00000804)";
        if (start.Length < 4)
        {
            throw new DatasetFormatException(file, expected, Invariant($"only {start.Length} bytes"));
        }

        uint magic = BinaryPrimitives.ReadUInt32BigEndian(start);
        int dimensions = start[3];
        bool fits = labels ? dimensions == 1 : dimensions is >= 2 and <= MaxDimensions;
        if (magic >> 8 != UnsignedByte || !fits)
        {
            throw new DatasetFormatException(file, expected, Invariant($"magic 0x{magic:X8}"));
        }

        if (start.Length < 4 + (4 * dimensions))
        {
            throw new DatasetFormatException(file, Invariant($"a header of {4 + (4 * dimensions)} bytes"), Invariant($"only {start.Length} bytes"));
        }

        var sizes = new int[dimensions];
        long example = 1;
        for (int i = 0; i < dimensions; i++)
        {
            uint size = BinaryPrimitives.ReadUInt32BigEndian(start[(4 + (4 * i))..]);
            example = i == 0 ? 1 : example * size;
            if (size is 0 or > int.MaxValue || example > int.MaxValue)
            {
                throw new DatasetFormatException(file, "dimensions of at least 1 and examples below 2 GiB", Invariant($"{size} as dimension {i}"));
            }

            sizes[i] = (int)size;
        }

        return new IdxHeader(sizes);
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
