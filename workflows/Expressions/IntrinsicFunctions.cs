using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Workflows.Execution;
using DurableMl.Workflows.Paths;

namespace DurableMl.Workflows.Expressions;

/// <summary>The functions that a JSONPath state can call.</summary>
internal static class IntrinsicFunctions
{
    // What AWS allows; an array of more does not fit an execution's data anyway.
    private const int MaximumRange = 1000;

    private static readonly Dictionary<string, Func<Arguments, IWorkflowHost, JsonNode?>> Functions = new(StringComparer.Ordinal)
    {
        ["States.Array"] = (call, _) => new JsonArray([.. call.All.Select(Copy)]),
        ["States.ArrayPartition"] = (call, _) => Partition(call.Exactly(2).Array(0), call.Positive(1)),
        ["States.ArrayContains"] = (call, _) => call.Exactly(2).Array(0).Any(item => JsonValues.AreEqual(item, call[1])),
        ["States.ArrayRange"] = (call, _) => Range(call.Exactly(3)),
        ["States.ArrayGetItem"] = (call, _) => Item(call.Exactly(2)),
        ["States.ArrayLength"] = (call, _) => call.Exactly(1).Array(0).Count,
        ["States.ArrayUnique"] = (call, _) => Unique(call.Exactly(1).Array(0)),
        ["States.Base64Encode"] = (call, _) => Convert.ToBase64String(Encoding.UTF8.GetBytes(call.Exactly(1).Text(0))),
        ["States.Base64Decode"] = (call, _) => Decode(call.Exactly(1)),
        ["States.Hash"] = (call, _) => Hash(call.Exactly(2).Text(0), call.Text(1)) ?? throw call.Mistake($"'{call.Text(1)}' is not a hash algorithm"),
        ["States.JsonMerge"] = (call, _) => Merge(call.Exactly(3)),
        ["States.StringToJson"] = (call, _) => ToJson(call.Exactly(1)),
        ["States.JsonToString"] = (call, _) => Compact.Write(call.Exactly(1)[0]),
        ["States.MathRandom"] = (call, host) => Random(call.Between(2, 3), host),
        ["States.MathAdd"] = (call, _) => call.Exactly(2).Whole(0) + call.Whole(1),
        ["States.StringSplit"] = (call, _) => Split(call.Exactly(2).Text(0), call.Text(1)),
        ["States.UUID"] = (call, host) => call.Exactly(0).NewId(host),
        ["States.Format"] = (call, _) => Format(call),
    };

    public static bool Exists(string name) => Functions.ContainsKey(name);

    /// <summary>Calls a function that <see cref="Exists"/>.</summary>
    public static JsonNode? Call(string name, IReadOnlyList<JsonNode?> arguments, IWorkflowHost host) => Functions[name](new Arguments(name, arguments), host);

    /// <summary>The hash of a text in hexadecimal digits; null for an unknown algorithm.</summary>
    [SuppressMessage("Security", "CA5350", Justification = "The language names SHA-1; what a definition hashes is its own affair.")]
    [SuppressMessage("Security", "CA5351", Justification = "The language names MD5; what a definition hashes is its own affair.")]
    public static string? Hash(string text, string algorithm)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var hash = algorithm switch
        {
            "MD5" => MD5.HashData(bytes),
            "SHA-1" => SHA1.HashData(bytes),
            "SHA-256" => SHA256.HashData(bytes),
            "SHA-384" => SHA384.HashData(bytes),
            "SHA-512" => SHA512.HashData(bytes),
            _ => null,
        };
        return hash is null ? null : Convert.ToHexStringLower(hash);
    }

    /// <summary>A number from 0 up to 1, from bits that the host gives.</summary>
    public static double Fraction(IWorkflowHost host)
    {
        // The first six bytes of a version 4 or 5 identifier hold no version bits.
        var bytes = host.NewGuid().ToByteArray();
        return (BitConverter.ToUInt64(bytes) & 0xFFFF_FFFF_FFFF) / (double)(1UL << 48);
    }

    private static JsonNode? Copy(JsonNode? node) => node?.DeepClone();

    private static JsonArray Partition(JsonArray items, int size) =>
        new([.. items.Chunk(size).Select(chunk => new JsonArray([.. chunk.Select(Copy)]))]);

    private static JsonArray Range(Arguments call)
    {
        long start = call.Whole(0), end = call.Whole(1), step = call.Whole(2);
        if (step == 0)
        {
            throw call.Mistake("the step is 0");
        }

        var count = Math.Max(0, ((end - start) / step) + 1);
        if ((end - start) * Math.Sign(step) < 0)
        {
            count = 0;
        }

        return count > MaximumRange
            ? throw call.Mistake($"a range may have {MaximumRange} numbers")
            : new JsonArray([.. Enumerable.Range(0, (int)count).Select(i => (JsonNode)(start + (i * step)))]);
    }

    private static JsonNode? Item(Arguments call)
    {
        var items = call.Array(0);
        var index = call.Whole(1);
        return index >= 0 && index < items.Count ? items[(int)index] : throw call.Mistake($"there is no item {index} of {items.Count}");
    }

    private static JsonArray Unique(JsonArray items)
    {
        var unique = new List<JsonNode?>();
        foreach (var item in items.Where(item => !unique.Exists(other => JsonValues.AreEqual(item, other))))
        {
            unique.Add(item);
        }

        return new JsonArray([.. unique.Select(Copy)]);
    }

    private static string Decode(Arguments call)
    {
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(call.Text(0)));
        }
        catch (FormatException)
        {
            throw call.Mistake("the text is not Base64");
        }
    }

    private static JsonObject Merge(Arguments call)
    {
        if (JsonValues.KindOf(call[2]) != JsonValueKind.False)
        {
            throw call.Mistake("only a shallow merge is supported, so the third argument must be false");
        }

        var merged = new JsonObject();
        foreach (var (key, value) in call.Object(0).Concat(call.Object(1)))
        {
            merged[key] = Copy(value);
        }

        return merged;
    }

    private static JsonNode? ToJson(Arguments call)
    {
        try
        {
            // Minus zero is no number of its own here.
            return call.Text(0).Trim() == "-0" ? 0 : JsonNode.Parse(call.Text(0));
        }
        catch (JsonException)
        {
            throw call.Mistake("the text is not JSON");
        }
    }

    private static JsonNode Random(Arguments call, IWorkflowHost host)
    {
        long start = call.Whole(0), end = call.Whole(1);
        if (start >= end)
        {
            throw call.Mistake("the end must be greater than the start");
        }

        var fraction = call.Count == 3
            ? (BitConverter.ToUInt64(SHA256.HashData(BitConverter.GetBytes(call.Whole(2)))) >> 16) / (double)(1UL << 48)
            : Fraction(host);
        return start + (long)(fraction * (end - start));
    }

    private static JsonArray Split(string text, string separators) =>
        new([.. text.Split(separators.ToCharArray(), StringSplitOptions.RemoveEmptyEntries).Select(part => (JsonNode)part)]);

    private static string Format(Arguments call)
    {
        var template = call.AtLeast(1).Text(0);
        var result = new StringBuilder();
        var next = 1;
        for (var i = 0; i < template.Length; i++)
        {
            if (template[i] == '\\' && i + 1 < template.Length && template[i + 1] is '{' or '}' or '\\' or '\'')
            {
                result.Append(template[++i]);
            }
            else if (template[i] == '{' && i + 1 < template.Length && template[i + 1] == '}')
            {
                result.Append(Shown(next < call.Count ? call[next] : throw call.Mistake("the template has more places than arguments")));
                next++;
                i++;
            }
            else
            {
                result.Append(template[i]);
            }
        }

        return next == call.Count ? result.ToString() : throw call.Mistake("the template has fewer places than arguments");
    }

    // Objects are shown as a Java map is, which is what AWS does.
    private static string Shown(JsonNode? node) => node switch
    {
        JsonObject owner => "{" + string.Join(", ", owner.Select(pair => $"{pair.Key}={Shown(pair.Value)}")) + "}",
        JsonArray array => "[" + string.Join(", ", array.Select(Shown)) + "]",
        _ => JsonValues.Text(node) ?? Compact.Write(node),
    };

    private sealed class Arguments(string function, IReadOnlyList<JsonNode?> values)
    {
        public IReadOnlyList<JsonNode?> All => values;

        public int Count => values.Count;

        public JsonNode? this[int index] => values[index];

        public Arguments Exactly(int count) => Between(count, count);

        public Arguments AtLeast(int count) => Between(count, int.MaxValue);

        public Arguments Between(int least, int most) =>
            values.Count >= least && values.Count <= most ? this : throw Mistake($"it cannot take {values.Count} arguments");

        public JsonArray Array(int index) => values[index] as JsonArray ?? throw Mistake($"argument {index + 1} must be an array");

        public JsonObject Object(int index) => values[index] as JsonObject ?? throw Mistake($"argument {index + 1} must be an object");

        public string Text(int index) => JsonValues.Text(values[index]) ?? throw Mistake($"argument {index + 1} must be a string");

        /// <summary>A number rounded to the nearest whole one, halves up.</summary>
        public long Whole(int index)
        {
            if (JsonValues.Number(values[index]) is not { } number || Math.Abs(number) >= long.MaxValue / 4)
            {
                throw Mistake($"argument {index + 1} must be a number");
            }

            // A whole number of more digits than a double has keeps them.
            return long.TryParse(values[index]!.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)
                ? whole
                : (long)Math.Floor(number + 0.5);
        }

        public int Positive(int index) => Whole(index) is > 0 and <= int.MaxValue and var number
            ? (int)number
            : throw Mistake($"argument {index + 1} must be a positive number");

        public string NewId(IWorkflowHost host) => host.NewGuid().ToString("D", CultureInfo.InvariantCulture);

        public WorkflowFailure Mistake(string what) => new(ErrorNames.IntrinsicFailure, $"{function}: {what}.") { LacksState = true };
    }
}
