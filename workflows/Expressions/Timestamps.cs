using System.Globalization;
using System.Text.RegularExpressions;

namespace DurableMl.Workflows.Expressions;

/// <summary>Times as the language writes and reads them.</summary>
internal static partial class Timestamps
{
    public static string Write(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Reads a date and time with an offset, as RFC 3339 has them; null for anything else.</summary>
    public static DateTimeOffset? Read(string? text)
    {
        if (text is null || !Form().IsMatch(text))
        {
            return null;
        }

        // .NET keeps seven digits of a second.
        var shortened = LongFraction().Replace(text, "${kept}");
        return DateTimeOffset.TryParse(shortened, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : null;
    }

    [GeneratedRegex(
        @"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})\z",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Form();

    [GeneratedRegex(
        @"(?<kept>\.\d{7})\d+", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LongFraction();
}
