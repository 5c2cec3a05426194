using System.IO.Compression;
using System.Text.RegularExpressions;

namespace DurableMl.BatchJobs.Catalog;

/// <summary>A job of a user's own as it is sent: the folder's files in a ZIP archive, <c>job.json</c> at the top.</summary>
/// <param name="Definition">What its <c>job.json</c> says.</param>
/// <param name="Files">Its files by their paths in the folder.</param>
public sealed partial record JobPackage(JobDefinition Definition, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Files)
{
    /// <summary>The most bytes that a job has, packed or unpacked: code and what belongs to it, not data.</summary>
    public const int MaxBytes = 32 * 1024 * 1024;

    /// <summary>The most files that a job has: each is brought to a node by itself.</summary>
    public const int MaxFiles = 500;

    /// <summary>Unpacks a job and checks it.</summary>
    /// <param name="job">The name to push it under.</param>
    /// <param name="zip">The archive.</param>
    /// <param name="shipped">What it may include, and whose names it may not have.</param>
    /// <exception cref="InvalidJobException">It is no job that can be run; the message says why.</exception>
    public static JobPackage Read(string job, ReadOnlyMemory<byte> zip, JobCatalog shipped)
    {
        ArgumentNullException.ThrowIfNull(shipped);
        if (!JobCatalog.IsName(job))
        {
            throw new InvalidJobException($"'{job}' is no name of a job: use 1 to 40 lower-case letters, digits and '-', beginning with a letter or digit.");
        }

        if (shipped.Names.Contains(job, StringComparer.Ordinal))
        {
            throw new InvalidJobException($"'{job}' is a job that is shipped; give yours another name.");
        }

        var files = Unpack(job, zip);
        return files.TryGetValue(JobDefinition.File, out var definition)
            ? new JobPackage(shipped.Read(job, definition), files)
            : throw new InvalidJobException($"'{job}' has no job.json at the top of its folder.");
    }

    private static SortedDictionary<string, ReadOnlyMemory<byte>> Unpack(string job, ReadOnlyMemory<byte> zip)
    {
        var files = new SortedDictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        var room = MaxBytes;
        try
        {
            using var archive = new ZipArchive(new MemoryStream(zip.ToArray(), writable: false), ZipArchiveMode.Read);
            foreach (var entry in archive.Entries.Where(entry => !entry.FullName.EndsWith('/')))
            {
                if (!FilePath().IsMatch(entry.FullName))
                {
                    throw new InvalidJobException(
                        $"'{job}' has a file '{entry.FullName}': paths have letters, digits, '.', '_' and '-', up to 8 folders deep, no part beginning with a dot or '-'.");
                }

                var content = Read(entry, room);
                if (content is null || files.Count == MaxFiles)
                {
                    throw new InvalidJobException($"'{job}' is too large: a job has at most {MaxFiles} files and {MaxBytes / 1024 / 1024} MiB. Data belongs into a dataset, programs into an image.");
                }

                room -= content.Length;
                if (!files.TryAdd(entry.FullName, content))
                {
                    throw new InvalidJobException($"'{job}' has the file '{entry.FullName}' twice.");
                }
            }
        }
        catch (InvalidDataException e)
        {
            throw new InvalidJobException($"'{job}' is no ZIP archive that can be read: {e.Message}", e);
        }

        return files;
    }

    // What an archive says of its sizes is not to be trusted: counted while it is unpacked.
    private static byte[]? Read(ZipArchiveEntry entry, int limit)
    {
        using var source = entry.Open();
        using var content = new MemoryStream();
        var buffer = new byte[81_920];
        for (int read; (read = source.Read(buffer)) > 0;)
        {
            if (content.Length + read > limit)
            {
                return null;
            }

            content.Write(buffer, 0, read);
        }

        return content.ToArray();
    }

    [GeneratedRegex("^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}(/[A-Za-z0-9_][A-Za-z0-9._-]{0,99}){0,8}\\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FilePath();
}
