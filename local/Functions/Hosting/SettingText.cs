using System.Text.RegularExpressions;

namespace DurableMl.Local.Functions;

/// <summary>Puts settings in place of <c>%name%</c> in an attribute's text.</summary>
internal static partial class SettingText
{
    public static string Resolve(string text, IConfiguration configuration) =>
        Reference()
            .Replace(
                text,
                match =>
                {
                    string name = match.Groups["name"].Value;
                    return configuration[name.Replace("__", ":", StringComparison.Ordinal)]
                        ?? configuration[name]
                        ?? throw new InvalidOperationException($"'%{name}%' does not resolve to a value: add the setting '{name}'.");
                }
            );

    [GeneratedRegex("%(?<name>[^%]+)%", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Reference();
}
