using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Workflows.Paths;

namespace DurableMl.Workflows.Definitions;

/// <summary>A mistake in a definition.</summary>
/// <param name="Code">What kind of mistake.</param>
/// <param name="Location">A JSON pointer to where it is; null where the text is no object at all.</param>
/// <param name="Message">What is wrong.</param>
public sealed record Diagnostic(string Code, string? Location, string Message)
{
    internal const string Schema = "SCHEMA_VALIDATION_FAILED";
    internal const string MissingTarget = "MISSING_TRANSITION_TARGET";
    internal const string Unreachable = "UNREACHABLE_STATE";

    /// <inheritdoc/>
    public override string ToString() => Location is null ? $"{Code}: {Message}" : $"{Code}: {Message} at {Location}";
}

/// <summary>Finds all mistakes of a definition at once.</summary>
public sealed class DefinitionValidator
{
    // Machines nested deeper are refused; a reader of JSON would refuse them a little later.
    private const int MaximumDepth = 24;
    private const int MaximumNameLength = 80;

    private readonly bool _isExpress;
    private readonly List<Diagnostic> _diagnostics = [];

    private DefinitionValidator(bool isExpress) => _isExpress = isExpress;

    /// <summary>Validates the text of a definition.</summary>
    /// <param name="text">The text.</param>
    /// <param name="isExpress">Whether the machine's executions are short ones that wait for nobody.</param>
    /// <returns>The mistakes; empty for a good definition.</returns>
    public static IReadOnlyList<Diagnostic> Validate(string text, bool isExpress = false)
    {
        JsonObject? definition = null;
        try
        {
            definition = JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }) as JsonObject;
        }
        catch (JsonException)
        {
            // The diagnostic below says it.
        }

        return definition is null
            ? [new Diagnostic(Diagnostic.Schema, null, "Definition must be a valid JSON object")]
            : Validate(definition, isExpress);
    }

    /// <summary>Validates a definition.</summary>
    /// <inheritdoc cref="Validate(string, bool)"/>
    public static IReadOnlyList<Diagnostic> Validate(JsonObject definition, bool isExpress = false)
    {
        var validator = new DefinitionValidator(isExpress);
        validator.Machine(definition, "", QueryLanguage.JsonPath, isTop: true, 0);
        return validator._diagnostics;
    }

    private void Machine(JsonObject machine, string at, QueryLanguage inherited, bool isTop, int depth)
    {
        if (depth > MaximumDepth)
        {
            Add(at, $"State machines may be nested {MaximumDepth} deep");
            return;
        }

        Require(machine, at, "States", "StartAt");
        var language = Language(machine, at) ?? inherited;
        if (machine["States"] is not JsonObject states)
        {
            Kind(machine, at, "States", JsonValueKind.Object);
            return;
        }

        if (states.Count == 0)
        {
            Add($"{at}/States", "Value cannot be empty");
        }

        foreach (var (name, value) in states)
        {
            var place = $"{at}/States/{Escape(name)}";
            if (name.Length is 0 or > MaximumNameLength)
            {
                Add(place, $"The name of a state must have 1 to {MaximumNameLength} characters");
            }

            if (value is JsonObject state)
            {
                One(state, place, states, language, isTop && LanguageIsSet(machine), depth);
            }
            else
            {
                Add(place, "Expected value of type Object");
            }
        }

        if (Text(machine, at, "StartAt") is { } start)
        {
            Target(start, states, $"{at}/StartAt", "StartAt");
            Reachable(states, start, at);
        }
    }

    private void One(JsonObject state, string at, JsonObject siblings, QueryLanguage inherited, bool isSetForMachine, int depth)
    {
        var own = Language(state, at);
        if (own == QueryLanguage.JsonPath && inherited == QueryLanguage.Jsonata && isSetForMachine)
        {
            Add(at, "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine");
        }

        var language = own ?? inherited;
        if (!state.ContainsKey("Type"))
        {
            Require(state, at, "Type");
            return;
        }

        switch (Text(state, at, "Type"))
        {
            case "Task":
                Task(state, at);
                Follows(state, at, siblings);
                Handlers(state, at, siblings);
                break;
            case "Pass":
                Follows(state, at, siblings);
                break;
            case "Wait":
                Exactly(state, at, "Seconds", "SecondsPath", "Timestamp", "TimestampPath");
                Follows(state, at, siblings);
                break;
            case "Choice":
                Choice(state, at, siblings, language);
                break;
            case "Parallel":
                Branches(state, at, inherited, depth);
                Follows(state, at, siblings);
                Handlers(state, at, siblings);
                break;
            case "Map":
                Map(state, at, inherited, depth);
                Follows(state, at, siblings);
                Handlers(state, at, siblings);
                break;
            case "Succeed" or "Fail":
                break;
            case { } other:
                Add($"{at}/Type", $"Value is not one of: [Task, Pass, Choice, Wait, Succeed, Fail, Parallel, Map], but was '{other}'");
                break;
        }

        Fields(state, at, language);
    }

    private void Task(JsonObject state, string at)
    {
        Require(state, at, "Resource");
        if (state["Credentials"] is JsonObject credentials && !credentials.ContainsKey("RoleArn") && !credentials.ContainsKey("RoleArn.$"))
        {
            Add($"{at}/Credentials", "The field 'RoleArn' is required but was missing");
        }

        if (!_isExpress || Text(state, at, "Resource") is not { } resource)
        {
            return;
        }

        if (resource.Contains(":activity:", StringComparison.Ordinal))
        {
            Add($"{at}/Resource", "Express state machine does not support Activity ARN");
        }

        foreach (var pattern in (string[])[".waitForTaskToken", ".sync"])
        {
            if (resource.EndsWith(pattern, StringComparison.Ordinal))
            {
                Add($"{at}/Resource", $"Express state machine does not support '{pattern}' service integration ");
            }
        }
    }

    private void Choice(JsonObject state, string at, JsonObject siblings, QueryLanguage language)
    {
        Require(state, at, "Choices");
        if (state.ContainsKey("Default"))
        {
            Transition(state, at, "Default", siblings);
        }

        var rules = Array(state, at, "Choices", mayBeEmpty: false);
        for (var i = 0; i < rules.Count; i++)
        {
            var place = $"{at}/Choices[{i}]";
            if (rules[i] is not JsonObject rule)
            {
                Add(place, "Expected value of type Object");
                continue;
            }

            Require(rule, place, "Next");
            Transition(rule, place, "Next", siblings);
            if (language == QueryLanguage.Jsonata)
            {
                Require(rule, place, "Condition");
            }
            else
            {
                Comparison(rule, place, 0);
            }
        }
    }

    private void Comparison(JsonObject rule, string at, int depth)
    {
        if (depth > MaximumDepth)
        {
            Add(at, $"Choice rules may be nested {MaximumDepth} deep");
            return;
        }

        foreach (var joint in (string[])["And", "Or"])
        {
            if (rule.ContainsKey(joint))
            {
                var parts = Array(rule, at, joint, mayBeEmpty: false);
                for (var i = 0; i < parts.Count; i++)
                {
                    if (parts[i] is JsonObject part)
                    {
                        Comparison(part, $"{at}/{joint}[{i}]", depth + 1);
                    }
                }

                return;
            }
        }

        if (rule["Not"] is JsonObject negated)
        {
            Comparison(negated, $"{at}/Not", depth + 1);
            return;
        }

        Require(rule, at, "Variable");
        var operators = rule.Count(pair => pair.Key is not ("Variable" or "Next" or "Comment" or "Assign" or "Output"));
        if (operators != 1)
        {
            Add(at, "A choice rule needs exactly one comparison");
        }
    }

    private void Branches(JsonObject state, string at, QueryLanguage inherited, int depth)
    {
        Require(state, at, "Branches");
        var branches = Array(state, at, "Branches", mayBeEmpty: false);
        for (var i = 0; i < branches.Count; i++)
        {
            if (branches[i] is JsonObject branch)
            {
                Machine(branch, $"{at}/Branches[{i}]", inherited, isTop: false, depth + 1);
            }
            else
            {
                Add($"{at}/Branches[{i}]", "Expected value of type Object");
            }
        }
    }

    private void Map(JsonObject state, string at, QueryLanguage inherited, int depth)
    {
        Exactly(state, at, "ItemProcessor", "Iterator");
        foreach (var field in (string[])["ItemProcessor", "Iterator"])
        {
            if (state[field] is JsonObject processor)
            {
                Machine(processor, $"{at}/{field}", inherited, isTop: false, depth + 1);
            }
            else
            {
                Kind(state, at, field, JsonValueKind.Object);
            }
        }
    }

    private void Handlers(JsonObject state, string at, JsonObject siblings)
    {
        foreach (var field in (string[])["Retry", "Catch"])
        {
            var rules = Array(state, at, field, mayBeEmpty: true);
            for (var i = 0; i < rules.Count; i++)
            {
                var place = $"{at}/{field}[{i}]";
                if (rules[i] is not JsonObject rule)
                {
                    Add(place, "Expected value of type Object");
                    continue;
                }

                Require(rule, place, "ErrorEquals");
                Array(rule, place, "ErrorEquals", mayBeEmpty: false);
                if (field == "Catch")
                {
                    Require(rule, place, "Next");
                    Transition(rule, place, "Next", siblings);
                }
            }
        }
    }

    private void Follows(JsonObject state, string at, JsonObject siblings)
    {
        var hasEnd = JsonValues.KindOf(state["End"]) == JsonValueKind.True;
        if (state.ContainsKey("Next") == hasEnd)
        {
            Add(at, "Exactly one of the following fields is required: [Next, End]");
        }

        Transition(state, at, "Next", siblings);
    }

    private void Fields(JsonObject state, string at, QueryLanguage language)
    {
        string[] jsonPathOnly = ["InputPath", "OutputPath", "ResultPath", "ResultSelector", "Parameters", "ItemsPath"];
        string[] jsonataOnly = ["Arguments", "Output", "Items", "Condition"];
        foreach (var field in (language == QueryLanguage.Jsonata ? jsonPathOnly : jsonataOnly).Where(state.ContainsKey))
        {
            Add($"{at}/{field}", $"The field '{field}' is not supported by the query language {(language == QueryLanguage.Jsonata ? "JSONata" : "JSONPath")}");
        }

        if (language == QueryLanguage.Jsonata)
        {
            return;
        }

        foreach (var field in (string[])["InputPath", "OutputPath", "ResultPath", "ItemsPath", "SecondsPath", "TimestampPath", "TimeoutSecondsPath"])
        {
            if (JsonValues.Text(state[field]) is { } path && !path.StartsWith("States.", StringComparison.Ordinal))
            {
                Path(path, $"{at}/{field}");
            }
        }
    }

    private void Path(string path, string at)
    {
        var variable = Expressions.Scope.VariableOf(path);
        var rest = path.StartsWith("$$", StringComparison.Ordinal) ? path[1..] : variable is null ? path : "$" + path[(variable.Length + 1)..];
        try
        {
            JsonPath.Parse(rest);
        }
        catch (FormatException exception)
        {
            Add(at, exception.Message);
        }
    }

    private void Reachable(JsonObject states, string start, string at)
    {
        var reached = new HashSet<string>();
        var pending = new Stack<string>([start]);
        while (pending.TryPop(out var name))
        {
            if (states[name] is JsonObject state && reached.Add(name))
            {
                var rules = ((string[])["Choices", "Catch"]).SelectMany(field => state[field] as JsonArray ?? []).OfType<JsonObject>();
                foreach (var next in rules.Append(state).SelectMany(rule => new[] { rule["Next"], rule["Default"] }).Select(JsonValues.Text))
                {
                    pending.Push(next ?? start);
                }
            }
        }

        foreach (var name in states.Select(pair => pair.Key).Where(name => !reached.Contains(name)))
        {
            _diagnostics.Add(new Diagnostic(Diagnostic.Unreachable, $"{at}/States/{Escape(name)}", $"State \"{name}\" is not reachable."));
        }
    }

    private QueryLanguage? Language(JsonObject owner, string at)
    {
        if (LanguageIsSet(owner) && JsonValues.Text(owner["QueryLanguage"]) is not ("JSONPath" or "JSONata"))
        {
            Add($"{at}/QueryLanguage", "Value is not one of: [JSONPath, JSONata]");
            return null;
        }

        return StateMachine.LanguageOf(owner);
    }

    private static bool LanguageIsSet(JsonObject owner) => owner.ContainsKey("QueryLanguage");

    private void Transition(JsonObject owner, string at, string field, JsonObject siblings)
    {
        if (Text(owner, at, field) is { } target)
        {
            Target(target, siblings, $"{at}/{field}", field);
        }
    }

    private void Target(string target, JsonObject siblings, string at, string field)
    {
        if (!siblings.ContainsKey(target))
        {
            _diagnostics.Add(new Diagnostic(Diagnostic.MissingTarget, at, $"Missing '{field}' target: {target}"));
        }
    }

    private void Exactly(JsonObject owner, string at, params string[] fields)
    {
        if (fields.Count(owner.ContainsKey) != 1)
        {
            Add(at, $"Exactly one of the following fields is required: [{string.Join(", ", fields)}]");
        }
    }

    private void Require(JsonObject owner, string at, params string[] fields)
    {
        var missing = fields.Where(field => !owner.ContainsKey(field)).ToList();
        if (missing.Count > 0)
        {
            Add(at.Length == 0 ? "/" : at, $"These fields are required: [{string.Join(", ", missing)}]");
        }
    }

    private string? Text(JsonObject owner, string at, string field)
    {
        Kind(owner, at, field, JsonValueKind.String);
        return JsonValues.Text(owner[field]);
    }

    private JsonArray Array(JsonObject owner, string at, string field, bool mayBeEmpty)
    {
        Kind(owner, at, field, JsonValueKind.Array);
        if (owner[field] is not JsonArray array)
        {
            return [];
        }

        if (array.Count == 0 && !mayBeEmpty)
        {
            Add($"{at}/{field}", "Value cannot be empty");
        }

        return array;
    }

    private void Kind(JsonObject owner, string at, string field, JsonValueKind expected)
    {
        if (owner.TryGetPropertyValue(field, out var value) && JsonValues.KindOf(value) != expected)
        {
            Add($"{at}/{field}", $"Expected value of type {expected}");
        }
    }

    private void Add(string at, string message) => _diagnostics.Add(new Diagnostic(Diagnostic.Schema, at.Length == 0 ? "/" : at, message));

    private static string Escape(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
