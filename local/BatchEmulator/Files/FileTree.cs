namespace DurableMl.Local.BatchEmulator.Files;

/// <summary>What lies below a directory that a task writes to. The task may have made links, even in a circle: none is followed.</summary>
internal static class FileTree
{
    private static readonly EnumerationOptions All = new() { AttributesToSkip = FileAttributes.None };

    /// <summary>
    /// Files and directories with their relative names, in ordinal order of these. Read as it is enumerated: what is not asked for is not
    /// looked at.
    /// </summary>
    public static IEnumerable<(FileSystemInfo Entry, string Name)> Walk(string root, bool recursive) => Walk(new DirectoryInfo(root), "", recursive);

    /// <summary>Whether the entry is a link.</summary>
    public static bool IsLink(FileSystemInfo entry) => entry.LinkTarget is not null;

    /// <summary>The file's content as it is now. Pipes and sockets, which have no length, count as empty: to open one can take for ever.</summary>
    public static Stream Open(FileInfo file) => file.Length == 0
        ? Stream.Null
        : new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 81920, useAsync: true);

    private static IEnumerable<(FileSystemInfo Entry, string Name)> Walk(DirectoryInfo directory, string prefix, bool recursive)
    {
        // "a" comes before "a-b", and "a-b" before "a/c": a directory has two places, its own and that of what it holds.
        var steps = Entries(directory).Where(e => !IsLink(e))
            .SelectMany(e => recursive && e is DirectoryInfo inner ? [(Key: e.Name, Entry: e, Inner: null), (Key: e.Name + "/", Entry: e, Inner: inner)] : new[] { (Key: e.Name, Entry: e, Inner: (DirectoryInfo?)null) })
            .OrderBy(s => s.Key, StringComparer.Ordinal);
        foreach (var (key, entry, inner) in steps)
        {
            if (inner is null)
            {
                yield return (entry, prefix + entry.Name);
                continue;
            }

            foreach (var below in Walk(inner, prefix + key, recursive))
            {
                yield return below;
            }
        }
    }

    private static IReadOnlyList<FileSystemInfo> Entries(DirectoryInfo directory)
    {
        try
        {
            return [.. directory.EnumerateFileSystemInfos("*", All)];
        }
        catch (DirectoryNotFoundException)
        {
            // The task has removed it meanwhile.
            return [];
        }
    }
}
