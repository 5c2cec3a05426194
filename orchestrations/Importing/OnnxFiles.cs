using System.IO.Compression;
using DurableMl.Orchestrations.Failures;
using DurableMl.Registry;

namespace DurableMl.Orchestrations.Importing;

/// <summary>The files of an ONNX model in a folder: the model and the weights that it refers to. All lie side by side, as the registry keeps them.</summary>
internal static class OnnxFiles
{
    /// <summary>What the model's file is called in the registry.</summary>
    public const string Entry = "model.onnx";

    /// <summary>What the request that warms a model up is called in the registry.</summary>
    public const string Sample = "sample.json";

    /// <summary>Entries that an archive may have.</summary>
    public const int MaxFiles = 512;

    /// <summary>Bytes that an archive may unpack to: what a model server takes at most.</summary>
    public const long MaxBytes = 8L << 30;

    /// <summary>What follows the last slash of a blob's name.</summary>
    public static string NameOf(string blob) => blob[(blob.LastIndexOf('/') + 1)..];

    /// <summary>Unpacks an archive of one .onnx file and its weights, with or without a folder around them.</summary>
    /// <param name="content">The archive; it can seek.</param>
    /// <param name="folder">An empty folder.</param>
    /// <param name="limit">Bytes that it may unpack to.</param>
    /// <param name="cancellationToken">The host stops.</param>
    /// <returns>The names of the unpacked files, <see cref="Entry"/> first.</returns>
    /// <exception cref="PermanentFailureException">The archive is damaged, too large, or holds something else.</exception>
    public static async Task<IReadOnlyList<string>> UnpackAsync(Stream content, string folder, long limit, CancellationToken cancellationToken)
    {
        try
        {
            using var archive = new ZipArchive(content, ZipArchiveMode.Read, leaveOpen: true);
            ZipArchiveEntry[] entries = [.. archive.Entries.Where(entry => !entry.FullName.EndsWith('/'))];
            string[] names = Check(entries);
            long left = limit;
            for (int i = 0; i < entries.Length; i++)
            {
                left -= await CopyAsync(entries[i], Path.Combine(folder, names[i]), left, limit, cancellationToken);
            }

            return [Entry, .. names.Where(name => name != Entry)];
        }
        catch (InvalidDataException e)
        {
            throw new PermanentFailureException($"source: the .zip is damaged or encrypted: {e.Message}", e);
        }
    }

    /// <summary>The names that the entries get. Nothing that an archive names is used as a path: names are single segments of a few characters.</summary>
    private static string[] Check(ZipArchiveEntry[] entries)
    {
        if (entries.Length > MaxFiles)
        {
            throw new PermanentFailureException($"source: the .zip has {entries.Length} files; {MaxFiles} are allowed.");
        }

        string[] models = [.. entries.Select(entry => entry.FullName).Where(name => name.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase))];
        if (models is not [var model])
        {
            throw new PermanentFailureException($"source: the .zip must hold one .onnx file with its weights beside it; it holds {models.Length}.");
        }

        string parent = model[..(model.LastIndexOf('/') + 1)];
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        string[] names = [.. entries.Select(entry => entry.FullName == model ? Entry : NameOf(entry.FullName))];
        for (int i = 0; i < entries.Length; i++)
        {
            string full = entries[i].FullName;
            if (parent.Split('/').Contains("..") || full[..(full.LastIndexOf('/') + 1)] != parent || !ModelNames.IsFile(names[i]) || names[i] == Sample)
            {
                throw new PermanentFailureException(
                    $"source: '{Shown(full)}' in the .zip is not a file beside the model, with a name of letters, digits, '.', '_' or '-' that is not reserved.");
            }

            if (!seen.Add(names[i]))
            {
                throw new PermanentFailureException($"source: the .zip has two files that would be called '{names[i]}'.");
            }
        }

        return names;
    }

    // Counted as it comes: what an entry says of its own length need not be so.
    private static async Task<long> CopyAsync(ZipArchiveEntry entry, string path, long left, long limit, CancellationToken cancellationToken)
    {
        await using Stream from = await entry.OpenAsync(cancellationToken);
        await using FileStream to = File.Create(path);
        var buffer = new byte[1 << 20];
        for (int read; (read = await from.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (to.Length + read > left)
            {
                throw new PermanentFailureException($"source: the .zip unpacks to more than {limit} bytes.");
            }

            await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }

        return to.Length;
    }

    private static string Shown(string name) => name.Length > 80 ? name[..80] + "…" : name;
}
