using System.Text.Json.Nodes;
using DurableMl.Workflows.Execution;
using DurableMl.Workflows.Expressions;
using DurableMl.Workflows.Paths;

namespace DurableMl.Workflows.Definitions;

/// <summary>Which variables the states of a machine read.</summary>
public static class VariableReferences
{
    /// <summary>The names by state, sorted; states that read none are left out.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Of(JsonObject definition)
    {
        var references = new SortedDictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        var jsonata = new Lazy<Jsonata>(Jsonata.ForChecking);
        Collect(StateMachine.Parse(definition), references, jsonata);
        return references;
    }

    private static void Collect(StateMachine machine, SortedDictionary<string, IReadOnlyList<string>> references, Lazy<Jsonata> jsonata)
    {
        foreach (var state in machine.States.Values)
        {
            var read = state.QueryLanguage == QueryLanguage.Jsonata ? Expressions(state.Fields).SelectMany(jsonata.Value.VariablesIn) : Names(state.Fields);
            var names = read.Distinct().Order(StringComparer.Ordinal).ToList();
            if (names.Count > 0)
            {
                references[state.Name] = names;
            }

            foreach (var inner in state.ItemProcessor is { } processor ? state.Branches.Append(processor) : state.Branches)
            {
                Collect(inner, references, jsonata);
            }
        }
    }

    private static IEnumerable<string> Names(JsonNode? node) => node switch
    {
        JsonObject fields when !fields.ContainsKey("States") => fields.SelectMany(pair =>
            IsReference(pair.Key) && JsonValues.Text(pair.Value) is { } text ? Paths(text).Select(Scope.VariableOf).OfType<string>() : Names(pair.Value)),
        JsonArray items => items.SelectMany(Names),
        _ => [],
    };

    private static IEnumerable<string> Expressions(JsonNode? node) => node switch
    {
        JsonObject fields when !fields.ContainsKey("States") => fields.SelectMany(pair => Expressions(pair.Value)),
        JsonArray items => items.SelectMany(Expressions),
        _ => Queries.ExpressionIn(node) is { } expression ? [expression] : [],
    };

    private static bool IsReference(string field) =>
        field.EndsWith(".$", StringComparison.Ordinal) || field.EndsWith("Path", StringComparison.Ordinal) || field == "Variable";

    private static IEnumerable<string> Paths(string text)
    {
        if (!text.StartsWith("States.", StringComparison.Ordinal))
        {
            return [text];
        }

        try
        {
            return IntrinsicExpression.Parse(text).Paths;
        }
        catch (WorkflowFailure)
        {
            // Not a call after all: it refers to nothing, and running the state says what is wrong with it.
            return [];
        }
    }
}
