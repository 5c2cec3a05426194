using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Workflows.Definitions;
using DurableMl.Workflows.Expressions;
using DurableMl.Workflows.Paths;

namespace DurableMl.Workflows.Execution;

// What each type of state does with its input.
public sealed partial class Interpreter
{
    private async Task<Step> ExecuteAsync(Visit visit)
    {
        var state = visit.State;
        var isJsonata = state.QueryLanguage == QueryLanguage.Jsonata;
        switch (state.Type)
        {
            case "Pass":
                return isJsonata ? Finish(visit, QueriesFor(visit), visit.Input) : Pass(visit);
            case "Succeed":
                return isJsonata ? Finish(visit, QueriesFor(visit), visit.Input) : Finish(visit, EffectiveInput(visit));
            case "Fail":
                throw Failure(visit);
            case "Choice":
                return Choose(visit);
            case "Wait":
                await _host.DelayUntilAsync(WaitEnd(visit));
                visit.Branch.Lifetime.ThrowIfOver();
                return isJsonata ? Finish(visit, QueriesFor(visit), visit.Input) : Finish(visit, EffectiveInput(visit));
            case "Task":
                return await RunTaskAsync(visit);
            case "Parallel":
                return await RunParallelAsync(visit);
            case "Map":
                return await RunMapAsync(visit);
            default:
                throw WorkflowFailure.Runtime($"There is no state type '{state.Type}'.");
        }
    }

    private Step Pass(Visit visit)
    {
        if (visit.State.Has("Result"))
        {
            visit.Probe?.See("result", visit.State["Result"]);
            return FinishWithResult(visit, visit.State["Result"]);
        }

        return FinishWithResult(visit, Parameters(visit));
    }

    /// <summary>The effective input after Parameters.</summary>
    private JsonNode? Parameters(Visit visit)
    {
        var input = EffectiveInput(visit);
        visit.Probe?.See("afterInputPath", input);
        var filled = visit.State.Has("Parameters") ? ScopeFor(visit, input).Fill(visit.State["Parameters"]) : input;
        visit.Probe?.See("afterParameters", filled);
        return filled;
    }

    /// <summary>The input after InputPath.</summary>
    private JsonNode? EffectiveInput(Visit visit) => Follow(visit, "InputPath", visit.Input);

    private JsonNode? Follow(Visit visit, string field, JsonNode? document)
    {
        if (!visit.State.Has(field))
        {
            return document;
        }

        return visit.State.Text(field) is { } path ? ValueAt(ScopeFor(visit, document), path) : new JsonObject();
    }

    private static JsonNode? ValueAt(Scope scope, string path) => scope.TryEvaluate(path, out var value, out var missing)
        ? value
        : throw WorkflowFailure.Runtime($"Invalid path '{path}' : {missing}");

    /// <summary>Ends a JSONPath state that has a result: ResultPath into the raw input, then OutputPath.</summary>
    private Step FinishWithResult(Visit visit, JsonNode? result)
    {
        var assigned = ScopeFor(visit, result).Fill(visit.State["Assign"]) as JsonObject;
        var combined = Combine(visit.State.Fields, visit.Input, result);
        visit.Probe?.See("afterResultSelector", result);
        visit.Probe?.See("afterResultPath", combined);
        return new Step(Follow(visit, "OutputPath", combined), visit.State.Text("Next"), assigned);
    }

    private Step FinishWithSelected(Visit visit, JsonNode? result) => FinishWithResult(
        visit, visit.State.Has("ResultSelector") ? ScopeFor(visit, result).Fill(visit.State["ResultSelector"]) : result);

    /// <summary>Ends a JSONPath state that only hands its input on.</summary>
    private Step Finish(Visit visit, JsonNode? input)
    {
        var assigned = ScopeFor(visit, input).Fill(visit.State["Assign"]) as JsonObject;
        return new Step(Follow(visit, "OutputPath", input), visit.State.Text("Next"), assigned);
    }

    /// <summary>Ends a JSONata state.</summary>
    private static Step Finish(Visit visit, Queries queries, JsonNode? standard)
    {
        var output = visit.State.Has("Output") ? queries.Fill(visit.State["Output"], "Output") : standard;
        return new Step(output, visit.State.Text("Next"), queries.Fill(visit.State["Assign"], "Assign") as JsonObject);
    }

    private static JsonNode? Combine(JsonObject rule, JsonNode? input, JsonNode? result)
    {
        if (!rule.TryGetPropertyValue("ResultPath", out var path))
        {
            return result;
        }

        if (path is null)
        {
            return input;
        }

        try
        {
            return JsonPath.Parse(path.GetValue<string>()).Write(input, result);
        }
        catch (FormatException)
        {
            throw new WorkflowFailure(
                ErrorNames.ReferencePathConflict, $"Unable to apply ReferencePath {path.GetValue<string>()} to input {Compact.Write(input)}");
        }
    }

    private WorkflowFailure Failure(Visit visit)
    {
        string? Part(string field)
        {
            if (visit.State.QueryLanguage == QueryLanguage.Jsonata)
            {
                return visit.State.Has(field) ? QueriesFor(visit).String(visit.State[field], field) : null;
            }

            return visit.State.Text(field + "Path") is { } path
                ? TextAt(path, field + "Path")
                : visit.State.Text(field);
        }

        string TextAt(string path, string field)
        {
            var value = ScopeFor(visit, visit.Input).Evaluate(path, field);
            return JsonValues.Text(value) ?? throw WorkflowFailure.Runtime($"The {field} field must refer to a string: {path} == {Compact.Write(value)}");
        }

        return new WorkflowFailure(Part("Error"), Part("Cause"));
    }

    private Step Choose(Visit visit)
    {
        var rules = (visit.State["Choices"] as JsonArray ?? []).OfType<JsonObject>();
        if (visit.State.QueryLanguage == QueryLanguage.Jsonata)
        {
            var queries = QueriesFor(visit);
            var (chosen, place) = rules.Select((rule, i) => (rule, string.Create(CultureInfo.InvariantCulture, $"Choices[{i}]/")))
                .FirstOrDefault(each => queries.Boolean(each.rule["Condition"], each.Item2 + "Condition"));
            var source = chosen ?? visit.State.Fields;
            var output = source.ContainsKey("Output") ? queries.Fill(source["Output"], place + "Output") : visit.Input;
            return new Step(output, NextOf(visit, chosen), queries.Fill(source["Assign"], place + "Assign") as JsonObject);
        }

        var input = EffectiveInput(visit);
        visit.Probe?.See("afterInputPath", input);
        var scope = ScopeFor(visit, input);
        var matching = rules.FirstOrDefault(rule => ChoiceRule.Holds(rule, scope));
        var assigned = scope.Fill((matching ?? visit.State.Fields)["Assign"]) as JsonObject;
        return new Step(Follow(visit, "OutputPath", input), NextOf(visit, matching), assigned);
    }

    private static string NextOf(Visit visit, JsonObject? rule) => (string?)rule?["Next"] ?? visit.State.Text("Default")
        ?? throw new WorkflowFailure(
            ErrorNames.NoChoiceMatched, "Failed to transition out of the state. The state does not point to a next state.") { LacksState = true };

    private DateTimeOffset WaitEnd(Visit visit)
    {
        var state = visit.State;
        if (state.QueryLanguage == QueryLanguage.Jsonata)
        {
            var queries = QueriesFor(visit);
            if (state.Has("Seconds"))
            {
                var seconds = queries.Number(state["Seconds"], "Seconds");
                return seconds >= 0
                    ? After(seconds)
                    : throw WorkflowFailure.Query($"The Seconds parameter must not be negative: {Shown(seconds)}", "Seconds");
            }

            var text = queries.String(state["Timestamp"], "Timestamp");
            return Timestamps.Read(text) ?? throw WorkflowFailure.Query(
                $"The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: {text}", "Timestamp");
        }

        var scope = ScopeFor(visit, EffectiveInput(visit));
        if (state.Text("SecondsPath") is { } secondsPath)
        {
            if (!scope.TryEvaluate(secondsPath, out var value, out _))
            {
                throw WorkflowFailure.Runtime($"The SecondsPath parameter does not reference an input value: {secondsPath}");
            }

            if (JsonValues.Number(value) is not { } seconds || seconds != Math.Floor(seconds))
            {
                throw WorkflowFailure.Runtime($"The SecondsPath parameter cannot be parsed as a long value: {secondsPath} == {JsonValues.Text(value) ?? Compact.Write(value)}");
            }

            return seconds >= 0
                ? After(seconds)
                : throw WorkflowFailure.Runtime($"The SecondsPath parameter references a negative value: {secondsPath} == {Shown(seconds)}");
        }

        if (state.Text("TimestampPath") is { } timestampPath)
        {
            if (!scope.TryEvaluate(timestampPath, out var value, out _))
            {
                throw WorkflowFailure.Runtime($"The TimestampPath parameter does not reference an input value: {timestampPath}");
            }

            return Timestamps.Read(JsonValues.Text(value)) ?? throw WorkflowFailure.Runtime(
                "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: "
                + $"{timestampPath} == {JsonValues.Text(value) ?? Compact.Write(value)}");
        }

        return state.Has("Seconds")
            ? After(JsonValues.Number(state["Seconds"]) ?? 0)
            : Timestamps.Read(state.Text("Timestamp")) ?? throw WorkflowFailure.Runtime("The field 'Timestamp' is not a date and time with an offset.");
    }

    private DateTimeOffset After(double seconds) => _host.Now + Seconds(seconds);

    private static string Shown(double number) => number.ToString(CultureInfo.InvariantCulture);

    private async Task<Step> RunTaskAsync(Visit visit)
    {
        var state = visit.State;
        var resource = state.Text("Resource") ?? throw WorkflowFailure.Runtime("The field 'Resource' is missing.");
        visit.Token = resource.EndsWith(".waitForTaskToken", StringComparison.Ordinal) ? _host.NewGuid().ToString("N") : null;

        JsonNode? arguments;
        if (state.QueryLanguage == QueryLanguage.Jsonata)
        {
            arguments = state.Has("Arguments") ? QueriesFor(visit).Fill(state["Arguments"], "Arguments") : visit.Input;
            visit.Probe?.See("afterArguments", arguments);
        }
        else
        {
            arguments = Parameters(visit);
        }

        var request = new TaskRequest(
            state.Name, resource, arguments?.DeepClone(), SecondsOf(visit, "TimeoutSeconds"), SecondsOf(visit, "HeartbeatSeconds"), visit.Token);
        var (work, isNamed) = WorkOf(resource);
        JsonObject Details(JsonObject? more = null)
        {
            var details = isNamed ? new JsonObject { ["resource"] = resource } : [];
            more?.ToList().ForEach(pair => details[pair.Key] = pair.Value?.DeepClone());
            return details;
        }

        Append(visit.Branch, $"{work}Scheduled", new JsonObject { ["resource"] = resource, [isNamed ? "parameters" : "input"] = arguments?.DeepClone() });
        Append(visit.Branch, $"{work}Started", Details());
        JsonNode? result;
        try
        {
            result = await _host.CallAsync(request);
            visit.Branch.Lifetime.ThrowIfOver();
        }
        catch (WorkflowFailure failure)
        {
            visit.Branch.Lifetime.ThrowIfOver();
            var end = failure.Error is ErrorNames.Timeout or ErrorNames.HeartbeatTimeout ? "TimedOut" : "Failed";
            Append(visit.Branch, work + end, Details(ErrorDetails(failure)));
            throw;
        }

        visit.Probe?.See("result", result);
        Append(visit.Branch, $"{work}Succeeded", Details(new JsonObject { ["output"] = result?.DeepClone() }));
        return state.QueryLanguage == QueryLanguage.Jsonata
            ? Finish(visit, QueriesFor(visit).With("result", result), result)
            : FinishWithSelected(visit, result);
    }

    // The history calls functions and activities by their own kinds of events, and names the resource with each event of everything else.
    private static (string Work, bool IsNamed) WorkOf(string resource)
    {
        bool Begins(string prefix) => resource.StartsWith(prefix, StringComparison.Ordinal);
        var isFunction = (Begins("function:") || Begins("arn:aws:lambda:")) && !resource.EndsWith(".waitForTaskToken", StringComparison.Ordinal);
        var isActivity = Begins("activity:") || (Begins("arn:") && resource.Contains(":activity:", StringComparison.Ordinal));
        return isFunction ? ("LambdaFunction", false) : isActivity ? ("Activity", false) : ("Task", true);
    }

    /// <summary>A time in seconds, given by value, by path or by expression; null where the state has none.</summary>
    private double? SecondsOf(Visit visit, string field)
    {
        if (visit.State.QueryLanguage == QueryLanguage.Jsonata)
        {
            return visit.State.Has(field) ? Bounded(QueriesFor(visit).Number(visit.State[field], field)) : null;
        }

        if (visit.State.Text(field + "Path") is not { } path)
        {
            return JsonValues.Number(visit.State[field]) is { } given ? Bounded(given) : null;
        }

        static double Bounded(double seconds) => Seconds(seconds).TotalSeconds;

        var value = ValueAt(ScopeFor(visit, EffectiveInput(visit)), path);
        return JsonValues.Number(value) is > 0 and var seconds
            ? Bounded(seconds)
            : throw WorkflowFailure.Runtime($"The {field}Path field refers to value \"{JsonValues.Text(value) ?? Compact.Write(value)}\" which is not a positive number: {path}");
    }
}
