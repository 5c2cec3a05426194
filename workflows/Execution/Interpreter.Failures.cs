using System.Text.Json.Nodes;
using DurableMl.Workflows.Definitions;
using DurableMl.Workflows.Expressions;

namespace DurableMl.Workflows.Execution;

// What becomes of a failure: the text that AWS gives it, Retry and Catch.
public sealed partial class Interpreter
{
    private WorkflowFailure Explain(Visit visit, WorkflowFailure raw)
    {
        var failure = raw.In(visit.State.Name, visit.EnteredId);
        if (failure.Error == ErrorNames.QueryEvaluation)
        {
            var details = ErrorDetails(failure);
            details["state"] = visit.State.Name;
            if (failure.Location is { } location)
            {
                details["location"] = location;
            }

            // An expression is evaluated before the state counts as begun; a Wait state's time is looked at after that.
            if (visit.Branch.Last == visit.EnteredId && visit.State.Type != "Wait")
            {
                visit.Branch.Last = visit.EnteredAfter;
            }

            Append(visit.Branch, "EvaluationFailed", details);
        }

        return failure;
    }

    private TimeSpan? RetryDelay(Visit visit, WorkflowFailure failure, Dictionary<int, int> attempts)
    {
        var retriers = visit.State["Retry"] as JsonArray ?? [];
        for (var i = 0; i < retriers.Count; i++)
        {
            var retrier = retriers[i]!;
            if (!failure.IsNamedIn(NamesIn(retrier)))
            {
                continue;
            }

            var attempt = attempts.GetValueOrDefault(i);
            if (attempt >= ((double?)retrier["MaxAttempts"] ?? 3))
            {
                return null;
            }

            attempts[i] = attempt + 1;
            return Delay(retrier, attempt, retrier["JitterStrategy"]?.GetValue<string>() == "FULL" ? IntrinsicFunctions.Fraction(_host) : 1);
        }

        return null;
    }

    /// <summary>How long to wait before a retry.</summary>
    internal static TimeSpan Delay(JsonNode retrier, int attempt, double jitter)
    {
        var seconds = ((double?)retrier["IntervalSeconds"] ?? 1) * Math.Pow((double?)retrier["BackoffRate"] ?? 2, attempt);
        seconds = Math.Min(seconds, (double?)retrier["MaxDelaySeconds"] ?? TimeSpan.FromDays(365).TotalSeconds);
        return TimeSpan.FromSeconds(seconds * jitter);
    }

    internal static JsonObject? CatcherOf(State state, WorkflowFailure failure) =>
        (state["Catch"] as JsonArray ?? []).OfType<JsonObject>().FirstOrDefault(catcher => failure.IsNamedIn(NamesIn(catcher)));

    internal static IEnumerable<string> NamesIn(JsonNode rule) => (rule["ErrorEquals"] as JsonArray ?? []).Select(name => name!.GetValue<string>());

    private Step Caught(Visit visit, JsonObject catcher, WorkflowFailure failure)
    {
        var error = new JsonObject();
        foreach (var (name, text) in ((string, string?)[])[("Error", failure.Error), ("Cause", failure.Cause)])
        {
            if (text is not null)
            {
                error[name] = text;
            }
        }

        var next = (string?)catcher["Next"];
        if (visit.State.QueryLanguage == QueryLanguage.Jsonata)
        {
            var queries = QueriesFor(visit).With("errorOutput", error);
            var place = FormattableString.Invariant($"Catch[{((JsonArray)visit.State["Catch"]!).IndexOf(catcher)}]/");
            var output = catcher.ContainsKey("Output") ? queries.Fill(catcher["Output"], place + "Output") : error;
            return new Step(output, next, queries.Fill(catcher["Assign"], place + "Assign") as JsonObject);
        }

        var assigned = ScopeFor(visit, error).Fill(catcher["Assign"]) as JsonObject;
        return new Step(Combine(catcher, visit.Input, error), next, assigned);
    }

    private static JsonObject ErrorDetails(WorkflowFailure failure)
    {
        var details = new JsonObject();
        if (failure.Cause is not null)
        {
            details["cause"] = failure.Cause;
        }

        if (failure.Error is not null)
        {
            details["error"] = failure.Error;
        }

        return details;
    }
}
