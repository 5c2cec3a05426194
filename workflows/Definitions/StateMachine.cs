using System.Text.Json;
using System.Text.Json.Nodes;

namespace DurableMl.Workflows.Definitions;

/// <summary>How a state's fields refer to data.</summary>
public enum QueryLanguage
{
    /// <summary>Paths and intrinsic functions in fields whose names end in <c>.$</c> or <c>Path</c>.</summary>
    JsonPath,

    /// <summary>Expressions between <c>{%</c> and <c>%}</c> in any string.</summary>
    Jsonata,
}

/// <summary>A state machine, or the part of one that a branch or an item processor runs.</summary>
public sealed class StateMachine
{
    private StateMachine(string startAt, IReadOnlyDictionary<string, State> states, QueryLanguage queryLanguage, double? timeoutSeconds)
    {
        StartAt = startAt;
        States = states;
        QueryLanguage = queryLanguage;
        TimeoutSeconds = timeoutSeconds;
    }

    /// <summary>The name of the first state.</summary>
    public string StartAt { get; }

    /// <summary>The states of this level by name.</summary>
    public IReadOnlyDictionary<string, State> States { get; }

    /// <summary>The language of the states that name none themselves.</summary>
    public QueryLanguage QueryLanguage { get; }

    /// <summary>How long an execution may take, in seconds; null for no limit.</summary>
    public double? TimeoutSeconds { get; }

    /// <summary>Reads a definition that <see cref="DefinitionValidator"/> has accepted.</summary>
    /// <exception cref="FormatException">The definition lacks what every definition has.</exception>
    public static StateMachine Parse(JsonObject definition) => Parse(definition, QueryLanguage.JsonPath);

    internal static StateMachine Parse(JsonObject definition, QueryLanguage inherited)
    {
        var language = LanguageOf(definition) ?? inherited;
        if (definition["StartAt"]?.GetValueKind() != JsonValueKind.String || definition["States"] is not JsonObject states)
        {
            throw new FormatException("A state machine needs the fields 'StartAt' and 'States'.");
        }

        var parsed = states.ToDictionary(
            pair => pair.Key,
            pair => new State(pair.Key, pair.Value as JsonObject ?? throw new FormatException($"The state '{pair.Key}' is not an object."), language));
        return new StateMachine(definition["StartAt"]!.GetValue<string>(), parsed, language, (double?)definition["TimeoutSeconds"]);
    }

    internal static QueryLanguage? LanguageOf(JsonObject owner) => (string?)owner["QueryLanguage"] switch
    {
        null => null,
        "JSONata" => Definitions.QueryLanguage.Jsonata,
        _ => Definitions.QueryLanguage.JsonPath,
    };
}

/// <summary>One state of a machine: its fields as they were written, and the parts that are machines themselves.</summary>
public sealed class State
{
    internal State(string name, JsonObject fields, QueryLanguage inherited)
    {
        Name = name;
        Fields = fields;
        Type = (string?)fields["Type"] ?? throw new FormatException($"The state '{name}' has no field 'Type'.");
        QueryLanguage = StateMachine.LanguageOf(fields) ?? inherited;

        // A state's own language does not reach into what it contains; only the machine's does.
        Branches = [.. (fields["Branches"] as JsonArray ?? []).OfType<JsonObject>().Select(branch => StateMachine.Parse(branch, inherited))];
        var processor = fields["ItemProcessor"] as JsonObject ?? fields["Iterator"] as JsonObject;
        ItemProcessor = processor is null ? null : StateMachine.Parse(processor, inherited);
        IsDistributed = (string?)processor?["ProcessorConfig"]?["Mode"] == "DISTRIBUTED";
    }

    /// <summary>The name, unique in its machine.</summary>
    public string Name { get; }

    /// <summary>Task, Pass, Choice, Wait, Succeed, Fail, Parallel or Map.</summary>
    public string Type { get; }

    /// <summary>The language of this state's fields.</summary>
    public QueryLanguage QueryLanguage { get; }

    /// <summary>What a Parallel state runs side by side; empty for others.</summary>
    public IReadOnlyList<StateMachine> Branches { get; }

    /// <summary>What a Map state runs for each item; null for others.</summary>
    public StateMachine? ItemProcessor { get; }

    /// <summary>Whether a Map state runs its items as executions of their own.</summary>
    public bool IsDistributed { get; }

    internal JsonObject Fields { get; }

    internal JsonNode? this[string field] => Fields[field];

    internal bool Has(string field) => Fields.ContainsKey(field);

    internal string? Text(string field) => (string?)Fields[field];
}
