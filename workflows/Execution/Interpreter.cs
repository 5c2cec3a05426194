using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using DurableMl.Workflows.Definitions;
using DurableMl.Workflows.Expressions;

namespace DurableMl.Workflows.Execution;

/// <summary>Which execution of which machine this is; becomes part of the context object.</summary>
/// <param name="Id">The execution's identifier.</param>
/// <param name="Name">The execution's name.</param>
/// <param name="RoleArn">Under whose rights it runs.</param>
/// <param name="StateMachineId">The machine's identifier.</param>
/// <param name="StateMachineName">The machine's name.</param>
public sealed record ExecutionIdentity(string Id, string Name, string RoleArn, string StateMachineId, string StateMachineName);

/// <summary>How an execution ended.</summary>
/// <param name="Succeeded">Whether it reached an end.</param>
/// <param name="Output">Its output; null where it failed.</param>
/// <param name="Error">The name of the error; null where it succeeded or the failure has none.</param>
/// <param name="Cause">What happened, for people.</param>
public sealed record ExecutionOutcome(bool Succeeded, JsonNode? Output, string? Error, string? Cause);

/// <summary>
/// Runs one execution of a machine. All it asks of the world goes through <see cref="IWorkflowHost"/>; given the same answers it does the same
/// again. It starts no threads and must be used by one at a time.
/// </summary>
public sealed partial class Interpreter
{
    /// <summary>The bytes of JSON that a state's output may have.</summary>
    public const int MaximumOutputBytes = 262_144;

    private readonly StateMachine _machine;
    private readonly IWorkflowHost _host;
    private readonly ExecutionIdentity _identity;
    private readonly Lazy<Jsonata> _jsonata;
    private readonly DateTimeOffset _started;
    private JsonNode? _input;

    /// <summary>An execution that has not begun.</summary>
    public Interpreter(StateMachine machine, IWorkflowHost host, ExecutionIdentity identity)
    {
        _machine = machine;
        _host = host;
        _identity = identity;
        _started = host.Now;
        _jsonata = new Lazy<Jsonata>(() => new Jsonata(host));
    }

    /// <summary>What has happened so far.</summary>
    public History History { get; } = new();

    /// <summary>Runs the execution to its end.</summary>
    public async Task<ExecutionOutcome> RunAsync(JsonNode? input)
    {
        _input = input;
        History.Append("ExecutionStarted", 0, _host.Now, new JsonObject { ["input"] = input?.DeepClone() });
        var branch = new Branch(History, new Variables());
        try
        {
            var output = await RunMachineAsync(_machine, input, branch);
            Append(branch, "ExecutionSucceeded", new JsonObject { ["output"] = output?.DeepClone() });
            return new ExecutionOutcome(true, output, null, null);
        }
        catch (WorkflowFailure failure)
        {
            Append(branch, "ExecutionFailed", ErrorDetails(failure));
            return new ExecutionOutcome(false, null, failure.Error, failure.Cause);
        }
    }

    /// <summary>Runs one state by itself, without its Retry and Catch.</summary>
    internal async Task<(JsonNode? Output, string? Next)> TryOutAsync(State state, JsonNode? input, StateProbe probe)
    {
        _input = input;
        var visit = VisitFor(state, input, probe);
        probe.See("input", input);
        var step = await ExecuteAsync(visit);
        return (step.Output, step.Next);
    }

    /// <summary>What a catcher makes of the failure of a state that was run by itself.</summary>
    internal JsonNode? TryOutCatcher(State state, JsonNode? input, StateProbe probe, JsonObject catcher, WorkflowFailure failure) =>
        Caught(VisitFor(state, input, probe), catcher, failure).Output;

    private Visit VisitFor(State state, JsonNode? input, StateProbe probe) =>
        new(state, input, new Branch(History, probe.Variables), 0, 0, _host.Now) { Probe = probe };

    /// <summary>A line of execution: where its events go and follow, and what it can see.</summary>
    private sealed class Branch(History history, Variables variables, JsonObject? mapItem = null)
    {
        public History History { get; } = history;

        public Variables Variables { get; } = variables;

        public JsonObject? MapItem { get; } = mapItem;

        /// <summary>The event that the next one follows.</summary>
        public int Last { get; set; }
    }

    /// <summary>One state being executed, through all its retries.</summary>
    private sealed record Visit(State State, JsonNode? Input, Branch Branch, int EnteredId, int EnteredAfter, DateTimeOffset EnteredTime)
    {
        /// <summary>Set where a single state is tried out.</summary>
        public StateProbe? Probe { get; init; }

        public int RetryCount { get; set; }

        public string? Token { get; set; }
    }

    /// <summary>What a state gives: its output, the state that follows (null at an end) and the variables that it sets.</summary>
    private sealed record Step(JsonNode? Output, string? Next, JsonObject? Assigned);

    private async Task<JsonNode?> RunMachineAsync(StateMachine machine, JsonNode? input, Branch branch)
    {
        var name = machine.StartAt;
        while (true)
        {
            if (!machine.States.TryGetValue(name, out var state))
            {
                throw new WorkflowFailure(ErrorNames.Runtime, $"There is no state '{name}'.");
            }

            var step = await RunStateAsync(state, input, branch);
            if (step.Next is null)
            {
                return step.Output;
            }

            (name, input) = (step.Next, step.Output);
        }
    }

    private async Task<Step> RunStateAsync(State state, JsonNode? input, Branch branch)
    {
        var after = branch.Last;
        Append(branch, $"{state.Type}StateEntered", new JsonObject { ["name"] = state.Name, ["input"] = input?.DeepClone() });
        var visit = new Visit(state, input, branch, branch.Last, after, _host.Now);
        var attempts = new Dictionary<int, int>();
        while (true)
        {
            try
            {
                return Leave(visit, await ExecuteAsync(visit));
            }
            catch (WorkflowFailure raw)
            {
                var failure = raw.LacksState ? Explain(visit, raw) : raw;
                if (RetryDelay(visit, failure, attempts) is { } delay)
                {
                    visit.RetryCount++;
                    await _host.DelayUntilAsync(_host.Now + delay);
                    continue;
                }

                var isOwn = raw.LacksState && failure.Error != ErrorNames.QueryEvaluation;
                if (state.Type is "Map" or "Parallel" && !isOwn)
                {
                    Append(branch, $"{state.Type}StateFailed");
                }

                if (CatcherOf(state, failure) is not { } catcher)
                {
                    throw failure;
                }

                return Leave(visit, Caught(visit, catcher, failure));
            }
        }
    }

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
            var output = catcher.ContainsKey("Output") ? queries.Fill(catcher["Output"], "Output") : error;
            return new Step(output, next, queries.Fill(catcher["Assign"], "Assign") as JsonObject);
        }

        var assigned = ScopeFor(visit, error).Fill(catcher["Assign"]) as JsonObject;
        return new Step(Combine(catcher, visit.Input, error), next, assigned);
    }

    private Step Leave(Visit visit, Step step)
    {
        if (Encoding.UTF8.GetByteCount(Compact.Write(step.Output)) > MaximumOutputBytes)
        {
            throw new WorkflowFailure(
                ErrorNames.DataLimitExceeded,
                $"The state/task '{visit.State.Name}' returned a result with a size exceeding the maximum number of bytes service limit.");
        }

        var details = new JsonObject { ["name"] = visit.State.Name, ["output"] = step.Output?.DeepClone() };
        if (step.Assigned is { Count: > 0 })
        {
            details["assignedVariables"] = step.Assigned.DeepClone();
            foreach (var (name, value) in step.Assigned)
            {
                visit.Branch.Variables.Set(name, value?.DeepClone());
            }
        }

        Append(visit.Branch, $"{visit.State.Type}StateExited", details);
        return step;
    }

    private JsonObject ContextFor(Visit visit)
    {
        if (visit.Probe?.Context is { } given)
        {
            return given.DeepClone().AsObject();
        }

        var context = new JsonObject
        {
            ["Execution"] = new JsonObject
            {
                ["Id"] = _identity.Id,
                ["Input"] = _input?.DeepClone(),
                ["StartTime"] = Timestamps.Write(_started),
                ["Name"] = _identity.Name,
                ["RoleArn"] = _identity.RoleArn,
                ["RedriveCount"] = 0,
            },
            ["StateMachine"] = new JsonObject { ["Id"] = _identity.StateMachineId, ["Name"] = _identity.StateMachineName },
            ["State"] = new JsonObject { ["Name"] = visit.State.Name, ["EnteredTime"] = Timestamps.Write(visit.EnteredTime) },
        };
        if (visit.State.Type is "Task" or "Parallel" or "Map")
        {
            context["State"]!["RetryCount"] = visit.RetryCount;
        }

        if (visit.Probe is not null)
        {
            context["Execution"]!.AsObject().Remove("RedriveCount");
        }

        if (visit.Token is { } token)
        {
            context["Task"] = new JsonObject { ["Token"] = token };
        }

        if (visit.Branch.MapItem is { } item)
        {
            context["Map"] = new JsonObject { ["Item"] = item.DeepClone() };
        }

        return context;
    }

    private Scope ScopeFor(Visit visit, JsonNode? document) => new(document, ContextFor(visit), visit.Branch.Variables, _host);

    private Queries QueriesFor(Visit visit) => new(_jsonata.Value, visit.Input, ContextFor(visit), visit.Branch.Variables);

    private int Append(Branch branch, string type, JsonObject? details = null) =>
        branch.Last = branch.History.Append(type, branch.Last, _host.Now, details);

    // An event beside the line: what comes next does not follow it.
    private void Note(Branch branch, string type, JsonObject? details = null) =>
        branch.History.Append(type, branch.Last, _host.Now, details);

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

/// <summary>Times as the language writes and reads them.</summary>
internal static partial class Timestamps
{
    public static string Write(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Reads a date and time with an offset, as RFC 3339 has them; null for anything else.</summary>
    public static DateTimeOffset? Read(string? text)
    {
        if (text is null || !Form().IsMatch(text))
        {
            return null;
        }

        // .NET keeps seven digits of a second.
        var shortened = LongFraction().Replace(text, "${kept}");
        return DateTimeOffset.TryParse(shortened, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : null;
    }

    [System.Text.RegularExpressions.GeneratedRegex(
        @"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})\z",
        System.Text.RegularExpressions.RegexOptions.ExplicitCapture | System.Text.RegularExpressions.RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000)]
    private static partial System.Text.RegularExpressions.Regex Form();

    [System.Text.RegularExpressions.GeneratedRegex(
        @"(?<kept>\.\d{7})\d+", System.Text.RegularExpressions.RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial System.Text.RegularExpressions.Regex LongFraction();
}
