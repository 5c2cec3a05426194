using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Workflows.Expressions;
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
public sealed partial class DefinitionValidator
{
    // Machines nested deeper are refused; a reader of JSON would refuse them a little later.
    private const int MaximumDepth = 24;
    private const int MaximumNameLength = 80;

    private readonly bool _isExpress;
    private readonly Func<string, string?>? _objection;
    private readonly List<Diagnostic> _diagnostics = [];
    private Jsonata? _jsonata;

    private DefinitionValidator(bool isExpress, Func<string, string?>? objection) => (_isExpress, _objection) = (isExpress, objection);

    /// <summary>Validates the text of a definition.</summary>
    /// <param name="text">The text.</param>
    /// <param name="isExpress">Whether the machine's executions are short ones that wait for nobody.</param>
    /// <param name="objection">Says what is wrong with the resource of a task; gives null where it can run. Null to take any.</param>
    /// <returns>The mistakes; empty for a good definition.</returns>
    public static IReadOnlyList<Diagnostic> Validate(string text, bool isExpress = false, Func<string, string?>? objection = null)
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
            : Validate(definition, isExpress, objection);
    }

    /// <summary>Validates a definition.</summary>
    /// <inheritdoc cref="Validate(string, bool, Func{string, string?})"/>
    public static IReadOnlyList<Diagnostic> Validate(
        JsonObject definition, bool isExpress = false, Func<string, string?>? objection = null)
    {
        var validator = new DefinitionValidator(isExpress, objection);
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
