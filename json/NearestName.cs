namespace DurableMl.Json;

/// <summary>What somebody meant who wrote a name that does not exist.</summary>
public static class NearestName
{
    private const int LongestShown = 60;

    /// <summary>The known name that <paramref name="name"/> is a misspelling of, or null where none is near: a third of the letters may differ, four at most.</summary>
    /// <param name="name">The name as written.</param>
    /// <param name="known">The names there are.</param>
    public static string? Of(string name, IEnumerable<string> known)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(known);
        string? nearest = null;
        int least = int.MaxValue;
        foreach (string candidate in known)
        {
            int allowed = Math.Clamp(Math.Max(name.Length, candidate.Length) / 3, 1, 4);

            // Without this a very long name would cost its length times that of every candidate.
            if (Math.Abs(name.Length - candidate.Length) > allowed)
            {
                continue;
            }

            int distance = Distance(name, candidate);
            if (distance <= allowed && distance < least && distance < candidate.Length)
            {
                (nearest, least) = (candidate, distance);
            }
        }

        return nearest;
    }

    /// <summary>Why <paramref name="name"/> is refused: the name that was meant, or, where none is near, all there are.</summary>
    /// <param name="name">The name as written.</param>
    /// <param name="known">The names there are.</param>
    public static string Refusal(string name, IReadOnlyCollection<string> known)
    {
        ArgumentNullException.ThrowIfNull(known);
        if (Of(name, known) is { } meant)
        {
            return $"is not known here; did you mean '{meant}'?";
        }

        return known.Count == 0 ? "is not known here; nothing is" : $"is not known here; known are {string.Join(", ", known.Order(StringComparer.Ordinal))}";
    }

    /// <summary>The JSON path of a member of the object at <paramref name="path"/>; a very long name is cut.</summary>
    /// <param name="path">The object's path, such as <c>$.route</c>.</param>
    /// <param name="name">The member.</param>
    public static string Path(string path, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        string shown = name.Length > LongestShown ? name[..LongestShown] + "…" : name;
        return shown.Length > 0 && shown.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')
            ? $"{path}.{shown}"
            : $"{path}['{shown.Replace("'", "\\'", StringComparison.Ordinal)}']";
    }

    // Optimal string alignment: letters added, left out, replaced, or swapped with the next one. Case does not count.
    private static int Distance(string one, string other)
    {
        int[] beforeLast = new int[other.Length + 1];
        int[] last = [.. Enumerable.Range(0, other.Length + 1)];
        int[] current = new int[other.Length + 1];
        for (int i = 1; i <= one.Length; i++)
        {
            current[0] = i;
            for (int j = 1; j <= other.Length; j++)
            {
                bool same = Same(one[i - 1], other[j - 1]);
                current[j] = Math.Min(Math.Min(current[j - 1], last[j]) + 1, last[j - 1] + (same ? 0 : 1));
                if (i > 1 && j > 1 && Same(one[i - 1], other[j - 2]) && Same(one[i - 2], other[j - 1]))
                {
                    current[j] = Math.Min(current[j], beforeLast[j - 2] + 1);
                }
            }

            (beforeLast, last, current) = (last, current, beforeLast);
        }

        return last[other.Length];
    }

    private static bool Same(char one, char other) => char.ToLowerInvariant(one) == char.ToLowerInvariant(other);
}
