using System.Text.RegularExpressions;

namespace Functions.Tests.Fixtures;

/// <summary>The settings of <c>examples/workflows/resources.env</c>, as a shell would read them.</summary>
internal static partial class ExampleSettings
{
    public static IEnumerable<(string Name, string Value)> Read() =>
        File.ReadLines(Path.Combine(Repository.Root, "examples", "workflows", "resources.env"))
            .Select(line => Setting().Match(line)).Where(match => match.Success).Select(match => (match.Groups["name"].Value, match.Groups["value"].Value));

    [GeneratedRegex("^(?<name>[A-Za-z0-9_]+)='(?<value>[^']*)'$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Setting();
}
