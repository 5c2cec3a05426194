using System.Globalization;

namespace DurableMl.Tests.Support;

/// <summary>The processes that one has started, as Linux tells: whatever else runs on the machine does not count.</summary>
public static class ProcessTree
{
    /// <summary>The numbers of the processes below <paramref name="pid"/>, without itself.</summary>
    public static IReadOnlyList<int> Below(int pid)
    {
        var children = Directory.EnumerateDirectories("/proc").Select(Path.GetFileName)
            .Where(name => int.TryParse(name, CultureInfo.InvariantCulture, out _)).Select(name => int.Parse(name!, CultureInfo.InvariantCulture))
            .ToLookup(Parent);
        var found = new List<int>(children[pid]);
        for (var i = 0; i < found.Count; i++)
        {
            found.AddRange(children[found[i]]);
        }

        return found;
    }

    /// <summary>The process's command line, its arguments apart; empty where it has ended.</summary>
    public static IReadOnlyList<string> Arguments(int pid) => Read(pid, "cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries);

    private static int Parent(int pid)
    {
        // The name, in parentheses, may hold anything.
        var stat = Read(pid, "stat");
        return stat.Length == 0 ? 0 : int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
    }

    private static string Read(int pid, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/{file}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return ""; // It has ended meanwhile.
        }
    }
}
