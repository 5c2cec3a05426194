using System.Text.RegularExpressions;

namespace DurableMl.Local.BatchEmulator.Wire;

/// <summary>Ids that clients choose.</summary>
internal static partial class Identifiers
{
    /// <summary>Checks an id: 1 to 64 letters, digits, hyphens and underscores.</summary>
    /// <exception cref="BatchException">400, naming the property.</exception>
    public static void Check(string property, string id)
    {
        if (!Allowed().IsMatch(id))
        {
            throw BatchErrors.InvalidProperty(property, id, "An id has 1 to 64 characters: letters, digits, hyphens and underscores.");
        }
    }

    [GeneratedRegex("^[A-Za-z0-9_-]{1,64}$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Allowed();
}
