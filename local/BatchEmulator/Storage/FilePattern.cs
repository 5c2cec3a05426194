using System.Text;
using System.Text.RegularExpressions;
using DurableMl.Local.BatchEmulator.Files;

namespace DurableMl.Local.BatchEmulator.Storage;

/// <summary>An output file pattern: *, **, ? and [...], relative to the working directory; ../ leads to the task directory.</summary>
internal sealed class FilePattern
{
    private readonly Regex regex;

    public FilePattern(string pattern)
    {
        Pattern = pattern;
        var slashes = pattern.Replace('\\', '/');
        var wild = slashes.IndexOfAny(['*', '?', '[']);
        var fixedPart = wild < 0 ? slashes : slashes[..(slashes.LastIndexOf('/', wild) + 1)];
        BaseDirectory = wild < 0 ? slashes[..(slashes.LastIndexOf('/') + 1)] : fixedPart;
        HasWildcard = wild >= 0;
        regex = new Regex("^" + Translate(slashes[BaseDirectory.Length..]) + "$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
    }

    /// <summary>The pattern as given.</summary>
    public string Pattern { get; }

    /// <summary>The part before any wildcard, up to its last slash: blob names start after it.</summary>
    public string BaseDirectory { get; }

    /// <summary>Whether the pattern can match several files.</summary>
    public bool HasWildcard { get; }

    /// <summary>The matching files and their names relative to <see cref="BaseDirectory"/>, ordered by name. Links are not followed.</summary>
    /// <exception cref="UnauthorizedAccessException">The pattern leads out of the task directory.</exception>
    public IReadOnlyList<(FileInfo File, string Name)> Match(string workingDirectory, string taskDirectory)
    {
        var directory = Path.TrimEndingDirectorySeparator(Path.GetFullPath(Path.Combine(workingDirectory, BaseDirectory)));
        var task = Path.GetFullPath(taskDirectory);
        if (directory != task && !directory.StartsWith(task + "/", StringComparison.Ordinal))
        {
            throw new UnauthorizedAccessException($"The pattern {Pattern} leads out of the task directory.");
        }

        // A directory that is a link itself leads elsewhere, too.
        for (var step = new DirectoryInfo(directory); step is not null && step.FullName.Length > task.Length; step = step.Parent)
        {
            if (FileTree.IsLink(step))
            {
                return [];
            }
        }

        return [.. FileTree.Walk(directory, recursive: true).Where(f => f.Entry is FileInfo && regex.IsMatch(f.Name)).Select(f => ((FileInfo)f.Entry, f.Name))];
    }

    private static string Translate(string glob)
    {
        var result = new StringBuilder();
        for (var i = 0; i < glob.Length; i++)
        {
            var c = glob[i];
            if (c == '*' && i + 1 < glob.Length && glob[i + 1] == '*')
            {
                i++;
                if (i + 1 < glob.Length && glob[i + 1] == '/')
                {
                    i++;
                    result.Append("(?:.*/)?");
                }
                else
                {
                    result.Append(".*");
                }
            }
            else if (c == '*')
            {
                result.Append("[^/]*");
            }
            else if (c == '?')
            {
                result.Append("[^/]");
            }
            else if (c == '[' && i + 2 < glob.Length && glob.IndexOf(']', i + 2) is var end and > 0)
            {
                var set = glob[(i + 1)..end].Replace("\\", @"\\", StringComparison.Ordinal).Replace("[", @"\[", StringComparison.Ordinal);
                result.Append('[').Append(set[0] is '!' or '^' ? "^/" + set[1..] : set).Append(']');
                i = end;
            }
            else
            {
                result.Append(Regex.Escape(c.ToString()));
            }
        }

        return result.ToString();
    }
}
