using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Workflows.Tests;

/// <summary>A recorded case, and how an answer of ours is compared with it.</summary>
internal sealed partial record ConformanceCase(JsonObject Fields)
{
    public string Id => Fields["id"]!.GetValue<string>();

    public string Kind => Fields["kind"]!.GetValue<string>();

    public bool IsExpress => Fields["machineType"]!.GetValue<string>() == "EXPRESS";

    public JsonObject Definition => Fields["definition"]!.AsObject();

    public JsonNode? Input => Fields["input"];

    public JsonObject Expected => Fields["expected"]!.AsObject();

    private HashSet<string> Masked => [.. (Fields["masked"] as JsonArray ?? []).Select(pointer => pointer!.GetValue<string>())];

    public static IReadOnlyList<ConformanceCase> All { get; } =
        [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Cases", "cases.jsonl"))
            .Select(line => new ConformanceCase(JsonNode.Parse(line)!.AsObject()))];

    /// <summary>Where a value differs from the recorded one; empty where it does not.</summary>
    public IEnumerable<string> Differences(string pointer, JsonNode? expected, JsonNode? actual)
    {
        if (Masked.Contains(pointer))
        {
            // A placeholder: only the text around its parts in angle brackets can be compared.
            if (KindOf(expected) == JsonValueKind.String && KindOf(actual) == JsonValueKind.String && Placeholder().IsMatch(expected!.GetValue<string>())
                && !Pattern(expected.GetValue<string>()).IsMatch(actual!.GetValue<string>()))
            {
                yield return $"{pointer}: expected the shape {expected}, got {actual}";
            }

            yield break;
        }

        switch (expected, actual)
        {
            case (JsonObject left, JsonObject right):
                foreach (var name in left.Select(pair => pair.Key).Union(right.Select(pair => pair.Key)))
                {
                    var place = $"{pointer}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";
                    if (!left.TryGetPropertyValue(name, out var one))
                    {
                        yield return $"{place}: unexpected {right[name]?.ToJsonString() ?? "null"}";
                    }
                    else if (!right.TryGetPropertyValue(name, out var other))
                    {
                        yield return $"{place}: missing, expected {one?.ToJsonString() ?? "null"}";
                    }
                    else
                    {
                        foreach (var difference in Differences(place, one, other))
                        {
                            yield return difference;
                        }
                    }
                }

                break;
            case (JsonArray left, JsonArray right) when left.Count == right.Count:
                foreach (var difference in left.Zip(right).SelectMany((pair, i) => Differences($"{pointer}/{i}", pair.First, pair.Second)))
                {
                    yield return difference;
                }

                break;
            default:
                if (!Same(expected, actual))
                {
                    yield return $"{pointer}: expected {expected?.ToJsonString() ?? "null"}, got {actual?.ToJsonString() ?? "null"}";
                }

                break;
        }
    }

    private static bool Same(JsonNode? left, JsonNode? right) => KindOf(left) == JsonValueKind.Number && KindOf(right) == JsonValueKind.Number
        ? double.Parse(left!.ToJsonString()).Equals(double.Parse(right!.ToJsonString()))
        : JsonNode.DeepEquals(left, right);

    private static JsonValueKind KindOf(JsonNode? node) => node?.GetValueKind() ?? JsonValueKind.Null;

    private static Regex Pattern(string text) =>
        new("^" + string.Join(".+", Placeholder().Split(text).Select(Regex.Escape)) + @"\z", RegexOptions.Singleline, TimeSpan.FromSeconds(1));

    [GeneratedRegex("<[^<>]+>|111111111111", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Placeholder();
}
