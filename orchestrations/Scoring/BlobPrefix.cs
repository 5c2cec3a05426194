using System.Text.RegularExpressions;

namespace DurableMl.Orchestrations.Scoring;

/// <summary>A place in the data account: a container and the beginning of blob names.</summary>
/// <param name="Container">The container.</param>
/// <param name="Prefix">The beginning of the names.</param>
public sealed partial record BlobPrefix(string Container, string Prefix)
{
    /// <summary>Reads <c>container/prefix</c>; null unless the container is one of <paramref name="containers"/> and every segment is made of letters, digits, '.', '_', '-' and '=' and is neither empty, "." nor "..".</summary>
    public static BlobPrefix? Parse(string? text, params ReadOnlySpan<string> containers)
    {
        if (text is null || text.Length > 512 || !Pattern.IsMatch(text) || text.Split('/').Any(segment => segment is "." or ".."))
        {
            return null;
        }

        int slash = text.IndexOf('/', StringComparison.Ordinal);
        return containers.Contains(text[..slash]) ? new(text[..slash], text[(slash + 1)..]) : null;
    }

    [GeneratedRegex(@"\A[a-z]+(?:/[A-Za-z0-9._=-]+)+/?\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Pattern { get; }
}
