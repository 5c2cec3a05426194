using System.Text.Json.Nodes;
using DurableMl.Workflows.Expressions;

namespace DurableMl.Workflows.Execution;

/// <summary>One event of an execution.</summary>
/// <param name="Id">From 1, without gaps.</param>
/// <param name="PreviousEventId">The event that this one follows in its branch; 0 at the start.</param>
/// <param name="Type">The event's type.</param>
/// <param name="Timestamp">When it happened.</param>
/// <param name="Details">What the type has beyond that.</param>
public sealed record HistoryEvent(int Id, int PreviousEventId, string Type, DateTimeOffset Timestamp, JsonObject Details)
{
    /// <summary>The event as AWS's operation GetExecutionHistory gives it: data are texts of JSON, in details that are named after the type.</summary>
    public JsonObject ToJson()
    {
        var shown = new JsonObject
        {
            ["timestamp"] = Timestamps.Write(Timestamp),
            ["type"] = Type,
            ["id"] = Id,
            ["previousEventId"] = PreviousEventId,
        };
        if (Details.Count == 0)
        {
            return shown;
        }

        var details = new JsonObject();
        foreach (var (name, value) in Details)
        {
            details[name] = name switch
            {
                "input" or "output" or "parameters" => Compact.Write(value),
                "assignedVariables" when value is JsonObject variables =>
                    new JsonObject(variables.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)Compact.Write(pair.Value)))),
                _ => value?.DeepClone(),
            };
        }

        shown[DetailsName] = details;
        return shown;
    }

    // All states enter and leave with details of one kind.
    private string DetailsName => Type.EndsWith("StateEntered", StringComparison.Ordinal) ? "stateEnteredEventDetails"
        : Type.EndsWith("StateExited", StringComparison.Ordinal) ? "stateExitedEventDetails"
        : $"{char.ToLowerInvariant(Type[0])}{Type[1..]}EventDetails";
}

/// <summary>The events of an execution in the order in which they happened.</summary>
/// <param name="earlier">How many events happened before those that this history holds.</param>
public sealed class History(int earlier = 0)
{
    private readonly List<HistoryEvent> _events = [];

    /// <summary>What happened so far.</summary>
    public IReadOnlyList<HistoryEvent> Events => _events;

    internal int Append(string type, int previous, DateTimeOffset time, JsonObject? details = null)
    {
        var id = earlier + _events.Count + 1;
        _events.Add(new HistoryEvent(id, previous, type, time, details ?? []));
        return id;
    }
}
