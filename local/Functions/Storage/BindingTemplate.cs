using System.Globalization;
using System.Text.RegularExpressions;

namespace DurableMl.Local.Functions.Storage;

/// <summary>
/// Text with binding expressions. As a pattern it captures names from a path: each expression takes as much as it can, slashes included.
/// As a template it is filled in from binding data, <c>{rand-guid}</c> and <c>{DateTime}</c>.
/// </summary>
internal sealed partial class BindingTemplate
{
    private static readonly TimeSpan MatchLimit = TimeSpan.FromSeconds(1);
    private readonly string text;
    private readonly Lazy<Regex> pattern;

    public BindingTemplate(string text)
    {
        this.text = text;
        string capture = "";
        int end = 0;
        foreach (Match expression in Expression().Matches(text))
        {
            capture += $"{Regex.Escape(text[end..expression.Index])}(?<{expression.Groups["name"].Value}>.*)";
            end = expression.Index + expression.Length;
            HasExpressions = true;
        }

        capture += Regex.Escape(text[end..]);
        Literal = HasExpressions ? text[..text.IndexOf('{', StringComparison.Ordinal)] : text;
        pattern = new(() =>
            new Regex($"^{capture}$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Singleline, MatchLimit)
        );
    }

    /// <summary>What comes before the first expression.</summary>
    public string Literal { get; }

    public bool HasExpressions { get; }

    /// <summary>The names' values in a path; null where it does not match.</summary>
    public Dictionary<string, object?>? Match(string path)
    {
        Match match = pattern.Value.Match(path);
        return match.Success
            ? match
                .Groups.Values.Where(g => g.Name != "0")
                .ToDictionary(g => g.Name, g => (object?)g.Value, StringComparer.OrdinalIgnoreCase)
            : null;
    }

    public string Fill(IReadOnlyDictionary<string, object?> data, TimeProvider time) =>
        Expression()
            .Replace(
                text,
                match =>
                {
                    string name = match.Groups["name"].Value;
                    string? format = match.Groups["format"].Success ? match.Groups["format"].Value : null;
                    if (name.Equals("rand-guid", StringComparison.OrdinalIgnoreCase))
                    {
                        return Guid.NewGuid().ToString(format ?? "D", CultureInfo.InvariantCulture);
                    }

                    if (name.Equals("DateTime", StringComparison.OrdinalIgnoreCase))
                    {
                        return time.GetUtcNow().UtcDateTime.ToString(format ?? "yyyy-MM-dd'T'HH-mm-ssZ", CultureInfo.InvariantCulture);
                    }

                    return data.TryGetValue(name, out object? value) && value is not null
                        ? string.Create(CultureInfo.InvariantCulture, $"{value}")
                        : throw new InvalidOperationException($"No value for named parameter '{name}' in '{text}'.");
                }
            );

    [GeneratedRegex(
        @"\{(?<name>[^{}:]+)(:(?<format>[^{}]+))?\}",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Expression();
}
