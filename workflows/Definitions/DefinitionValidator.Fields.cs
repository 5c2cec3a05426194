using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Workflows.Execution;
using DurableMl.Workflows.Expressions;
using DurableMl.Workflows.Paths;

namespace DurableMl.Workflows.Definitions;

// Which fields a state may have, and whether the paths and expressions in them can be read.
public sealed partial class DefinitionValidator
{
    private static readonly HashSet<string> CommonFields = ["Type", "Comment", "QueryLanguage"];
    private static readonly HashSet<string> JsonPathOnly = ["ResultSelector", "Parameters"];
    private static readonly HashSet<string> JsonataOnly = ["Arguments", "Output", "Items"];

    // What each type of state may have besides what all have, in either query language.
    private static readonly Dictionary<string, HashSet<string>> FieldsOf = new()
    {
        ["Task"] =
        [
            "InputPath", "OutputPath", "Output", "Assign", "Next", "End", "ResultPath", "Parameters", "ResultSelector", "Arguments", "Retry", "Catch", "Resource",
            "Credentials", "TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath",
        ],
        ["Pass"] = ["InputPath", "OutputPath", "Output", "Assign", "Next", "End", "ResultPath", "Parameters", "Result"],
        ["Wait"] = ["InputPath", "OutputPath", "Output", "Assign", "Next", "End", "Seconds", "SecondsPath", "Timestamp", "TimestampPath"],
        ["Choice"] = ["InputPath", "OutputPath", "Output", "Assign", "Choices", "Default"],
        ["Succeed"] = ["InputPath", "OutputPath", "Output"],
        ["Fail"] = ["Error", "ErrorPath", "Cause", "CausePath"],
        ["Parallel"] =
        [
            "InputPath", "OutputPath", "Output", "Assign", "Next", "End", "ResultPath", "Parameters", "ResultSelector", "Arguments", "Retry", "Catch", "Branches",
        ],
        ["Map"] =
        [
            "InputPath", "OutputPath", "Output", "Assign", "Next", "End", "ResultPath", "Parameters", "ResultSelector", "Retry", "Catch", "ItemProcessor", "Iterator",
            "Items", "ItemsPath", "ItemSelector", "ItemReader", "ItemBatcher", "ResultWriter", "MaxConcurrency", "MaxConcurrencyPath", "ToleratedFailureCount",
            "ToleratedFailureCountPath", "ToleratedFailurePercentage", "ToleratedFailurePercentagePath", "Label",
        ],
    };

    private void Fields(JsonObject state, string at, QueryLanguage language)
    {
        var (chosen, other) = language == QueryLanguage.Jsonata ? ("JSONata", "JSONPath") : ("JSONPath", "JSONata");
        var supported = JsonValues.Text(state["Type"]) is { } type ? FieldsOf.GetValueOrDefault(type) : null;
        foreach (var field in state.Select(pair => pair.Key))
        {
            var isOfOther = language == QueryLanguage.Jsonata ? field.EndsWith("Path", StringComparison.Ordinal) || JsonPathOnly.Contains(field) : JsonataOnly.Contains(field);
            if (supported is not null && !CommonFields.Contains(field) && !supported.Contains(field))
            {
                Add(at, $"Field '{field}' is not supported");
            }
            else if (supported is not null && isOfOther)
            {
                Add(at, $"The QueryLanguage is set to '{chosen}', but field '{field}' is only supported for the '{other}' QueryLanguage");
            }
        }

        if (language == QueryLanguage.Jsonata)
        {
            foreach (var (field, value) in state.Where(pair => pair.Key is not ("Branches" or "ItemProcessor" or "Iterator" or "Comment")))
            {
                Expressions(value, $"{at}/{field}");
            }

            return;
        }

        foreach (var field in (string[])["Parameters", "ResultSelector", "ItemSelector", "Assign"])
        {
            foreach (var wrong in WrongReferences(state[field]))
            {
                Add($"{at}/{field}", $"The value for the field '{wrong}' must be a valid JSONPath or a valid intrinsic function call");
            }
        }

        foreach (var field in (string[])["InputPath", "OutputPath", "ResultPath", "ItemsPath", "SecondsPath", "TimestampPath", "TimeoutSecondsPath"])
        {
            if (JsonValues.Text(state[field]) is { } path && !path.StartsWith("States.", StringComparison.Ordinal))
            {
                Path(path, $"{at}/{field}");
            }
        }
    }

    // The fields of a payload template whose names say that they refer to something, and that refer to nothing that can be read.
    private static IEnumerable<string> WrongReferences(JsonNode? template) => template switch
    {
        JsonObject fields => fields.SelectMany(pair => WrongReferences(pair.Key, pair.Value)),
        JsonArray items => items.SelectMany(WrongReferences),
        _ => [],
    };

    private static IEnumerable<string> WrongReferences(string field, JsonNode? value)
    {
        if (!field.EndsWith(".$", StringComparison.Ordinal))
        {
            return WrongReferences(value);
        }

        return JsonValues.Text(value) is { } text && IsReference(text) ? [] : [field];
    }

    private static bool IsReference(string text)
    {
        try
        {
            if (text.StartsWith("States.", StringComparison.Ordinal))
            {
                return IntrinsicExpression.Parse(text).Paths.All(IsReference);
            }

            JsonPath.Parse(Rooted(text));
            return true;
        }
        catch (Exception exception) when (exception is FormatException or WorkflowFailure)
        {
            return false;
        }
    }

    private void Expressions(JsonNode? node, string at)
    {
        switch (node)
        {
            case JsonObject fields:
                fields.ToList().ForEach(pair => Expressions(pair.Value, $"{at}/{pair.Key}"));
                break;
            case JsonArray items:
                items.Select((item, i) => (item, i)).ToList().ForEach(each => Expressions(each.item, FormattableString.Invariant($"{at}[{each.i}]")));
                break;
            case JsonValue when Queries.ExpressionIn(node) is { } expression:
                _jsonata ??= Jsonata.ForChecking();
                _diagnostics.AddRange(_jsonata.Check(expression).Select(mistake => new Diagnostic(mistake.Code, at, mistake.Message)));
                break;
        }
    }

    // A path from the context object or a variable, as if it began at the document.
    private static string Rooted(string path)
    {
        var variable = Scope.VariableOf(path);
        return path.StartsWith("$$", StringComparison.Ordinal) ? path[1..] : variable is null ? path : "$" + path[(variable.Length + 1)..];
    }

    private void Path(string path, string at)
    {
        try
        {
            JsonPath.Parse(Rooted(path));
        }
        catch (FormatException exception)
        {
            Add(at, exception.Message);
        }
    }
}
