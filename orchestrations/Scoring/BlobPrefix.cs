using System.Text.RegularExpressions;

namespace DurableMl.Orchestrations.Scoring;

/// <summary>A place in the data account: a container and the beginning of blob names.</summary>
/// <param name="Container">The container.</param>
/// <param name="Prefix">The beginning of the names.</param>
public sealed partial record BlobPrefix(string Container, string Prefix)
{
    /// <summary>What a prefix may be after its container, for messages.</summary>
    public const string Names = "at most 512 characters, without a backslash, a control character, or a segment that is empty, '.' or '..'";

    /// <summary>Reads <c>container/prefix</c>; null unless the container is one of <paramref name="containers"/> and no segment is empty, "." or ".." or has a control character or a backslash.</summary>
    public static BlobPrefix? Parse(string? text, params ReadOnlySpan<string> containers)
    {
        if (text is null || text.Length > 512 || !Pattern.IsMatch(text) || text.Split('/').Any(segment => segment is "." or ".."))
        {
            return null;
        }

        int slash = text.IndexOf('/', StringComparison.Ordinal);
        return containers.Contains(text[..slash]) ? new(text[..slash], text[(slash + 1)..]) : null;
    }

    [GeneratedRegex(@"\A[a-z]+(?:/[^/\\\p{Cc}]+)+/?\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Pattern { get; }
}
