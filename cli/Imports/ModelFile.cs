using System.IO.Compression;
using System.Security.Cryptography;
using DurableMl.Cli.Commands;

namespace DurableMl.Cli.Imports;

/// <summary>A model's file on this machine: what it is, by its content, and where it goes.</summary>
internal static class ModelFile
{
    private const int TfLiteMagicAt = 4;
    private const byte IrVersionField = 0x08;

    /// <summary>The format that <c>import</c> calls it.</summary>
    /// <exception cref="CliException">Its content is none that is known.</exception>
    public static string FormatOf(string path)
    {
        Span<byte> begin = stackalloc byte[8];
        using (FileStream file = File.OpenRead(path))
        {
            begin = begin[..file.ReadAtLeast(begin, begin.Length, throwOnEndOfStream: false)];
        }

        if (begin.StartsWith("PK"u8))
        {
            return FormatOfZip(path) ?? throw Unknown(path);
        }

        if (begin.Length > 4 && begin[0] == 0x89 && begin[1..].StartsWith("HDF"u8))
        {
            return "keras";
        }

        if (begin.Length > TfLiteMagicAt && begin[TfLiteMagicAt..].StartsWith("TFL3"u8))
        {
            return "tflite";
        }

        // A model in ONNX is a protocol buffer whose first field is the version of the representation.
        return begin.Length > 1 && begin[0] == IrVersionField ? "onnx" : throw Unknown(path);
    }

    /// <summary>The files of weights that PyTorch's exporter and Optimum put beside a model in ONNX, as far as they are there.</summary>
    public static string[] WeightsBeside(string path) => [.. new[] { path + ".data", path + "_data" }.Where(File.Exists)];

    /// <summary>The blob that a file becomes: another content is another blob.</summary>
    public static async Task<string> BlobOfAsync(string model, string path, CancellationToken cancellationToken)
    {
        await using FileStream file = File.OpenRead(path);
        string hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken));
        return $"raw/imports/{model}/{hash[..16]}/{Path.GetFileName(path)}";
    }

    private static string? FormatOfZip(string path)
    {
        string[] names;
        try
        {
            using ZipArchive archive = ZipFile.OpenRead(path);
            names = [.. archive.Entries.Select(entry => entry.FullName)];
        }
        catch (InvalidDataException exception)
        {
            throw new CliException($"{path} begins as a zip archive and is none: {exception.Message}", exception);
        }

        bool Has(string name) => names.Any(each => each == name || each.EndsWith("/" + name, StringComparison.Ordinal));
        return Has("constants.pkl") ? "torchscript"
            : Has("data.pkl") ? throw new CliException($"{path} is a PyTorch checkpoint: give --format pytorch and --definition, a Python file with build().") { ExitCode = ExitCodes.Usage }
            : Has("saved_model.pb") ? "savedmodel"
            : names.Contains("config.json") && names.Contains("metadata.json") ? "keras"
            : names.Any(name => name.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase)) ? "onnx"
            : null;
    }

    private static CliException Unknown(string path) =>
        new($"{path} is no model of a known format by its content. Say what it is with --format.") { ExitCode = ExitCodes.Usage };
}
