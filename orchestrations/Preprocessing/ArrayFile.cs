using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using DurableMl.Onnx;
using DurableMl.Orchestrations.Failures;

namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>Reads NumPy's <c>.npy</c> (one array) and <c>.npz</c> (arrays by name) as tensors of the Open Inference Protocol.</summary>
internal static class ArrayFile
{
    /// <summary>The name of a <c>.npy</c>'s only array.</summary>
    public const string Unnamed = "";

    private const int MaxArrays = 256;
    private const string Extension = ".npy";

    /// <summary>The arrays, in the file's order.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="role">What it is, for errors: <c>sample</c> or <c>expected</c>.</param>
    /// <param name="limit">Bytes that it may unpack to.</param>
    /// <exception cref="PermanentFailureException">It is not such a file, or it is too large.</exception>
    public static IReadOnlyList<TensorValue> Read(byte[] file, string role, long limit = 1L << 30)
    {
        try
        {
            return file is [(byte)'P', (byte)'K', ..] ? ReadArchive(file, role, limit) : [Array(Unnamed, file, role)];
        }
        catch (Exception e) when (e is InvalidDataException or DatasetFormatException)
        {
            throw new PermanentFailureException($"{role}: it is not a .npy or .npz file of numbers, booleans or text: {e.Message}", e);
        }
    }

    private static List<TensorValue> ReadArchive(byte[] file, string role, long limit)
    {
        using var archive = new ZipArchive(new MemoryStream(file, writable: false), ZipArchiveMode.Read);
        if (archive.Entries.Count is 0 or > MaxArrays)
        {
            throw new PermanentFailureException($"{role}: it holds {archive.Entries.Count} arrays; 1 to {MaxArrays} are allowed.");
        }

        long left = limit;
        var arrays = new List<TensorValue>();
        foreach (ZipArchiveEntry entry in archive.Entries)
        {
            byte[] content = ReadEntry(entry, left) ?? throw new PermanentFailureException($"{role}: it unpacks to more than {limit} bytes.");
            left -= content.Length;
            string name = entry.FullName.EndsWith(Extension, StringComparison.Ordinal) ? entry.FullName[..^Extension.Length] : entry.FullName;
            arrays.Add(Array(name, content, role));
        }

        return arrays;
    }

    // Counted as it comes: what an entry says of its own length need not be so.
    private static byte[]? ReadEntry(ZipArchiveEntry entry, long left)
    {
        using Stream from = entry.Open();
        using var to = new MemoryStream();
        var buffer = new byte[64 << 10];
        for (int read; (read = from.Read(buffer)) > 0;)
        {
            if (to.Length + read > left)
            {
                return null;
            }

            to.Write(buffer, 0, read);
        }

        return to.ToArray();
    }

    private static TensorValue Array(string name, byte[] file, string role)
    {
        string shown = name.Length == 0 ? role : name;
        (string numpy, IReadOnlyList<int> shape, Memory<byte> elements) = NpyReader.Read(file, shown);
        long[] wide = [.. shape.Select(size => (long)size)];
        if (numpy[1] is 'S' or 'U' && numpy[0] is not '>')
        {
            return new(name, TensorType.ByName["BYTES"], wide, Text(elements.Span, numpy[1] == 'U', wide.Aggregate(1L, (product, size) => product * size)));
        }

        string? type = numpy switch
        {
            "|b1" => "BOOL",
            "|u1" => "UINT8",
            "<u2" => "UINT16",
            "<u4" => "UINT32",
            "<u8" => "UINT64",
            "|i1" => "INT8",
            "<i2" => "INT16",
            "<i4" => "INT32",
            "<i8" => "INT64",
            "<f2" => "FP16",
            "<f4" => "FP32",
            "<f8" => "FP64",
            _ => null,
        };
        return type is null
            ? throw new PermanentFailureException($"{role}: '{shown}' is of NumPy type {numpy}; booleans, whole numbers of 1 to 8 bytes, floats of 2, 4 or 8 bytes and text are taken, little-endian.")
            : new(name, TensorType.ByName[type], wide, elements);
    }

    // NumPy fills every element up to the longest with zeros; the protocol has each behind its length.
    private static byte[] Text(ReadOnlySpan<byte> elements, bool isUnicode, long count)
    {
        int size = count == 0 ? 0 : (int)(elements.Length / count);
        using var text = new MemoryStream();
        Span<byte> prefix = stackalloc byte[sizeof(int)];
        for (long i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> element = elements.Slice((int)(i * size), size);
            byte[] utf8 = isUnicode ? Encoding.UTF8.GetBytes(Encoding.UTF32.GetString(element).TrimEnd('\0')) : element.TrimEnd((byte)0).ToArray();
            BinaryPrimitives.WriteInt32LittleEndian(prefix, utf8.Length);
            text.Write(prefix);
            text.Write(utf8);
        }

        return text.ToArray();
    }
}
