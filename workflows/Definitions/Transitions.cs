using System.Text.Json.Nodes;
using DurableMl.Workflows.Paths;

namespace DurableMl.Workflows.Definitions;

/// <summary>A way from a state to another.</summary>
/// <param name="Target">The name of the other.</param>
/// <param name="Label">When it is gone; null for always.</param>
/// <param name="IsCatch">Whether it is gone after an error.</param>
internal sealed record Transition(string Target, string? Label, bool IsCatch)
{
    private const int LongestLabel = 60;

    /// <summary>All ways out of a state, in the order in which they are tried.</summary>
    public static IEnumerable<Transition> From(State state)
    {
        foreach (var rule in (state["Choices"] as JsonArray ?? []).OfType<JsonObject>())
        {
            if (JsonValues.Text(rule["Next"]) is { } chosen)
            {
                yield return new Transition(chosen, Condition(rule), false);
            }
        }

        if (state.Text("Next") is { } next)
        {
            yield return new Transition(next, null, false);
        }

        if (state.Text("Default") is { } otherwise)
        {
            yield return new Transition(otherwise, "otherwise", false);
        }

        foreach (var catcher in (state["Catch"] as JsonArray ?? []).OfType<JsonObject>())
        {
            if (JsonValues.Text(catcher["Next"]) is { } caught)
            {
                yield return new Transition(caught, string.Join(", ", (catcher["ErrorEquals"] as JsonArray ?? []).Select(JsonValues.Text)), true);
            }
        }
    }

    /// <summary>What a state does, in a word: its type, or what its task runs.</summary>
    public static string Caption(State state) => state.Type == "Task" ? state.Text("Resource") ?? state.Type : state.Type;

    /// <summary>The machines that a state has inside, each with a title.</summary>
    public static IEnumerable<(StateMachine Machine, string Title)> Inside(State state) => state.ItemProcessor is { } processor
        ? [(processor, "for each item")]
        : state.Branches.Select((branch, i) => (branch, FormattableString.Invariant($"branch {i + 1}")));

    private static string Condition(JsonObject rule)
    {
        var shown = JsonValues.Text(rule["Condition"]) ?? string.Join(
            ' ',
            rule.Where(pair => pair.Key is not ("Next" or "Comment" or "Assign" or "Output"))
                .Select(pair => pair.Key == "Variable" ? JsonValues.Text(pair.Value) : $"{pair.Key} {pair.Value?.ToJsonString()}"));
        return shown.Length > LongestLabel ? shown[..LongestLabel] + "…" : shown;
    }
}
