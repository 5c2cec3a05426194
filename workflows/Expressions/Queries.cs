using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Workflows.Execution;
using DurableMl.Workflows.Paths;

namespace DurableMl.Workflows.Expressions;

/// <summary>The JSONata side of a state: its expressions see <c>$states</c> and the variables.</summary>
internal sealed class Queries(Jsonata jsonata, JsonNode? input, JsonObject context, Variables variables)
{
    private readonly JsonObject _states = new() { ["input"] = input?.DeepClone(), ["context"] = context.DeepClone() };

    /// <summary>The text between the marks; null for a string that is no expression.</summary>
    public static string? ExpressionIn(JsonNode? node) =>
        JsonValues.Text(node) is { } text && text.StartsWith("{%", StringComparison.Ordinal) && text.EndsWith("%}", StringComparison.Ordinal)
            && text.Length >= 4
            ? text[2..^2].Trim()
            : null;

    public Queries With(string name, JsonNode? value)
    {
        _states[name] = value?.DeepClone();
        return this;
    }

    /// <summary>Evaluates every expression in a template.</summary>
    /// <exception cref="WorkflowFailure">An expression failed or gave nothing.</exception>
    public JsonNode? Fill(JsonNode? template, string field)
    {
        if (ExpressionIn(template) is { } expression)
        {
            return Evaluate(expression, field);
        }

        return template switch
        {
            JsonObject fields => new JsonObject(fields.Select(pair => KeyValuePair.Create(pair.Key, Fill(pair.Value, $"{field}/{pair.Key}")))),
            JsonArray items => new JsonArray([.. items.Select((item, i) => Fill(item, $"{field}[{i}]"))]),
            _ => template?.DeepClone(),
        };
    }

    /// <summary>Evaluates a field that must give an array.</summary>
    public JsonArray Array(JsonNode? template, string field) => Fill(template, field) switch
    {
        JsonArray array => array,
        var other => throw WorkflowFailure.Query(Unexpected(template, field, "array", other), field),
    };

    /// <summary>Evaluates a field that must give a truth value.</summary>
    public bool Boolean(JsonNode? template, string field)
    {
        var value = Fill(template, field);
        return JsonValues.KindOf(value) switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw WorkflowFailure.Query(Unexpected(template, field, "boolean", value), field),
        };
    }

    /// <summary>Evaluates a field that must give a text.</summary>
    public string String(JsonNode? template, string field)
    {
        var value = Fill(template, field);
        return JsonValues.Text(value) ?? throw WorkflowFailure.Query(Unexpected(template, field, "string", value), field);
    }

    /// <summary>Evaluates a field that must give a number.</summary>
    public double Number(JsonNode? template, string field)
    {
        var value = Fill(template, field);
        return JsonValues.Number(value) ?? throw WorkflowFailure.Query(Unexpected(template, field, "number", value), field);
    }

    private static string Unexpected(JsonNode? template, string field, string expected, JsonNode? value)
    {
        var kind = JsonValues.KindOf(value) switch
        {
            JsonValueKind.True or JsonValueKind.False => "boolean",
            var other => other.ToString().ToLowerInvariant(),
        };
        var what = ExpressionIn(template) is { } expression
            ? $"The JSONata expression '{expression}' specified for the field '{field}' returned"
            : $"The value specified for the field '{field}' has";
        return $"{what} an unexpected result type. Expected '{expected}', but was '{kind}' for value: {Compact.Write(value)}";
    }

    private JsonNode? Evaluate(string expression, string field)
    {
        var bindings = new JsonObject(variables.All().Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone())))
        {
            ["states"] = _states.DeepClone(),
        };
        var (value, isUndefined) = jsonata.Evaluate(expression, bindings, field);
        return isUndefined
            ? throw WorkflowFailure.Query(
                $"The JSONata expression '{expression}' specified for the field '{field}' returned nothing (undefined).", field)
            : value;
    }
}
