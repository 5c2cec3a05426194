using System.Buffers.Binary;

namespace DurableMl.Cli.Demo;

/// <summary>An IDX file of bytes, the format that MNIST comes in: 0, 0, 8, the number of dimensions, their sizes (big-endian), the data.</summary>
/// <param name="Shape">The dimensions.</param>
/// <param name="Data">The bytes, row by row.</param>
internal sealed record IdxFile(int[] Shape, byte[] Data)
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="CliException">It is no IDX file of bytes, or is cut short.</exception>
    public static async Task<IdxFile> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var bytes = await File.ReadAllBytesAsync(path, cancellationToken);
        if (bytes.Length < 4 || bytes[0] != 0 || bytes[1] != 0 || bytes[2] != 8 || bytes.Length < 4 + (4 * bytes[3]))
        {
            throw new CliException($"{path} is not an IDX file of bytes.");
        }

        var shape = Enumerable.Range(0, bytes[3]).Select(i => BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(4 + (4 * i)))).ToArray();
        var data = bytes[(4 + (4 * shape.Length))..];
        var expected = shape.Aggregate(1L, (product, size) => product * size);
        return data.Length == expected ? new IdxFile(shape, data) : throw new CliException($"{path} holds {data.Length} values where its header says {expected}.");
    }
}
