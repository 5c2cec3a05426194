using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Workflows.Execution;
using DurableMl.Workflows.Paths;

namespace DurableMl.Workflows.Expressions;

/// <summary>The comparisons of a JSONPath Choice state.</summary>
internal static class ChoiceRule
{
    public static bool Holds(JsonObject rule, Scope scope)
    {
        if (rule["And"] is JsonArray all)
        {
            return all.OfType<JsonObject>().All(part => Holds(part, scope));
        }

        if (rule["Or"] is JsonArray any)
        {
            return any.OfType<JsonObject>().Any(part => Holds(part, scope));
        }

        if (rule["Not"] is JsonObject negated)
        {
            return !Holds(negated, scope);
        }

        var path = (string?)rule["Variable"] ?? throw WorkflowFailure.Runtime("A choice rule needs 'Variable', 'And', 'Or' or 'Not'.");
        var exists = scope.TryEvaluate(path, out var value, out var missing);
        if (rule["IsPresent"] is { } present)
        {
            return exists == present.GetValue<bool>();
        }

        if (!exists)
        {
            throw WorkflowFailure.Runtime($"Invalid path '{path}': The choice state's condition path references an invalid value. {missing}");
        }

        var (name, operand) = rule.First(pair => IsComparison(pair.Key));
        if (name.EndsWith("Path", StringComparison.Ordinal))
        {
            var operandPath = operand!.GetValue<string>();
            operand = scope.TryEvaluate(operandPath, out var other, out _)
                ? other
                : throw WorkflowFailure.Runtime($"Invalid path '{operandPath}': The choice state's condition path references an invalid value.");
            name = name[..^4];
        }

        return name switch
        {
            "IsNull" => (value is null) == Wanted(operand),
            "IsString" => (JsonValues.KindOf(value) == JsonValueKind.String) == Wanted(operand),
            "IsNumeric" => (JsonValues.KindOf(value) == JsonValueKind.Number) == Wanted(operand),
            "IsBoolean" => (JsonValues.KindOf(value) is JsonValueKind.True or JsonValueKind.False) == Wanted(operand),
            "IsTimestamp" => (Timestamps.Read(JsonValues.Text(value)) is not null) == Wanted(operand),
            "BooleanEquals" => JsonValues.KindOf(value) is JsonValueKind.True or JsonValueKind.False && JsonValues.AreEqual(value, operand),
            "StringMatches" => JsonValues.Text(value) is { } text && JsonValues.Text(operand) is { } pattern && Matches(text, pattern),
            _ => OrderOf(name, value, operand) is { } order && Compares(name, order),
        };
    }

    private static bool Wanted(JsonNode? operand) => operand!.GetValue<bool>();

    private static bool IsComparison(string key) => key is not ("Variable" or "Next" or "Comment" or "Assign" or "Output");

    private static int? OrderOf(string name, JsonNode? value, JsonNode? operand)
    {
        if (name.StartsWith("Numeric", StringComparison.Ordinal))
        {
            return JsonValues.Number(value) is { } x && JsonValues.Number(operand) is { } y ? x.CompareTo(y) : null;
        }

        var (text, other) = (JsonValues.Text(value), JsonValues.Text(operand));
        if (name.StartsWith("Timestamp", StringComparison.Ordinal))
        {
            return Timestamps.Read(text) is { } time && Timestamps.Read(other) is { } limit ? time.CompareTo(limit) : null;
        }

        return text is not null && other is not null ? string.CompareOrdinal(text, other) : null;
    }

    private static bool Compares(string name, int order)
    {
        if (name.EndsWith("LessThanEquals", StringComparison.Ordinal))
        {
            return order <= 0;
        }

        if (name.EndsWith("GreaterThanEquals", StringComparison.Ordinal))
        {
            return order >= 0;
        }

        if (name.EndsWith("LessThan", StringComparison.Ordinal))
        {
            return order < 0;
        }

        return name.EndsWith("GreaterThan", StringComparison.Ordinal) ? order > 0 : order == 0;
    }

    /// <summary>Whether a text matches a pattern in which <c>*</c> stands for anything and a backslash makes a star itself.</summary>
    private static bool Matches(string text, string pattern)
    {
        // The states of the pattern that the text read so far can be in: linear in the product of both lengths, whatever the pattern.
        var tokens = new List<(bool Any, char Literal)>();
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == '\\' && i + 1 < pattern.Length)
            {
                tokens.Add((false, pattern[++i]));
            }
            else
            {
                tokens.Add((pattern[i] == '*', pattern[i]));
            }
        }

        var reached = new bool[tokens.Count + 1];
        reached[0] = true;
        Skip(reached);
        foreach (var character in text)
        {
            var next = new bool[tokens.Count + 1];
            for (var i = 0; i < tokens.Count; i++)
            {
                if (reached[i] && tokens[i].Any)
                {
                    next[i] = true;
                }
                else if (reached[i] && tokens[i].Literal == character)
                {
                    next[i + 1] = true;
                }
            }

            reached = next;
            Skip(reached);
        }

        return reached[^1];

        void Skip(bool[] places)
        {
            for (var i = 0; i < tokens.Count; i++)
            {
                places[i + 1] |= places[i] && tokens[i].Any;
            }
        }
    }
}
