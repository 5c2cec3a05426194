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

/// <summary>How an execution is doing.</summary>
public enum ExecutionStatus
{
    /// <summary>It goes on.</summary>
    Running,

    /// <summary>It reached an end.</summary>
    Succeeded,

    /// <summary>A state failed and nothing caught it.</summary>
    Failed,

    /// <summary>It took longer than the machine's <c>TimeoutSeconds</c>.</summary>
    TimedOut,

    /// <summary>Somebody stopped it.</summary>
    Aborted,
}

/// <summary>How an execution ended.</summary>
/// <param name="Status">How; <see cref="ExecutionStatus.Running"/> where it shall go on from <paramref name="Next"/>.</param>
/// <param name="Output">Its output; null unless it succeeded.</param>
/// <param name="Error">The name of the error; null where there is none.</param>
/// <param name="Cause">What happened, for people.</param>
/// <param name="Next">Where it goes on; null where it has ended.</param>
public sealed record ExecutionOutcome(ExecutionStatus Status, JsonNode? Output, string? Error, string? Cause, Checkpoint? Next = null)
{
    /// <summary>Whether it reached an end.</summary>
    public bool Succeeded => Status == ExecutionStatus.Succeeded;
}

/// <summary>An execution between two states of its machine, from where another interpreter can go on.</summary>
/// <param name="State">The state that follows.</param>
/// <param name="Input">Its input.</param>
/// <param name="ExecutionInput">The input that the execution began with.</param>
/// <param name="Variables">The variables.</param>
/// <param name="Started">When the execution began.</param>
/// <param name="Events">How many events there are so far.</param>
/// <param name="LastEvent">The event that the next one follows.</param>
public sealed record Checkpoint(
    string State, JsonNode? Input, JsonNode? ExecutionInput, JsonObject Variables, DateTimeOffset Started, int Events, int LastEvent);

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
    private readonly JsonNode? _input;
    private readonly Branch _trunk;
    private readonly Checkpoint? _from;

    /// <summary>An execution that has not begun.</summary>
    public Interpreter(StateMachine machine, IWorkflowHost host, ExecutionIdentity identity, JsonNode? input)
        : this(machine, host, identity, input, null)
    {
    }

    /// <summary>An execution that goes on.</summary>
    public Interpreter(StateMachine machine, IWorkflowHost host, ExecutionIdentity identity, Checkpoint from)
        : this(machine, host, identity, from?.ExecutionInput, from ?? throw new ArgumentNullException(nameof(from)))
    {
    }

    private Interpreter(StateMachine machine, IWorkflowHost host, ExecutionIdentity identity, JsonNode? input, Checkpoint? from)
    {
        ArgumentNullException.ThrowIfNull(host);
        _machine = machine;
        _host = host;
        _identity = identity;
        _input = input;
        _from = from;
        _started = from?.Started ?? host.Now;
        _jsonata = new Lazy<Jsonata>(() => new Jsonata(host));
        History = new History(from?.Events ?? 0);
        _trunk = new Branch(History, new Variables(), new Lifetime()) { Last = from?.LastEvent ?? 0 };
        foreach (var (name, value) in from?.Variables ?? [])
        {
            _trunk.Variables.Set(name, value?.DeepClone());
        }
    }

    /// <summary>What has happened since this interpreter took over.</summary>
    public History History { get; }

    /// <summary>After how many events the execution pauses between two of its states, for another interpreter to go on; no limit by default.</summary>
    public int EventsUntilPause { get; init; } = int.MaxValue;

    /// <summary>Runs the execution to its end, or to where it pauses.</summary>
    public async Task<ExecutionOutcome> RunAsync()
    {
        if (_from is null)
        {
            History.Append("ExecutionStarted", 0, _host.Now, new JsonObject { ["input"] = _input?.DeepClone() });
        }

        var run = RunToEndAsync();
        if (_machine.TimeoutSeconds is not { } seconds || await _host.EndsByAsync(run, _started + Seconds(seconds)))
        {
            return await run;
        }

        _trunk.Lifetime.ThrowIfOver();
        return End(ExecutionStatus.TimedOut, "ExecutionTimedOut", ErrorNames.Timeout, null);
    }

    /// <summary>Ends the execution from outside; whatever it still waits for changes nothing any more.</summary>
    public ExecutionOutcome Abort(string? error, string? cause) => End(ExecutionStatus.Aborted, "ExecutionAborted", error, cause);

    private ExecutionOutcome End(ExecutionStatus status, string type, string? error, string? cause)
    {
        _trunk.Lifetime.End();
        Append(_trunk, type, ErrorDetails(new WorkflowFailure(error, cause)));
        return new ExecutionOutcome(status, null, error, cause);
    }

    /// <summary>A time in seconds, at most as long as AWS lets a state wait: three years.</summary>
    internal static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(Math.Min(seconds, 99_999_999));

    private async Task<ExecutionOutcome> RunToEndAsync()
    {
        try
        {
            var (output, next) = await RunMachineAsync(_machine, _from?.State ?? _machine.StartAt, _from is null ? _input : _from.Input, _trunk);
            if (next is not null)
            {
                var variables = new JsonObject(_trunk.Variables.All().Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone())));
                var events = (_from?.Events ?? 0) + History.Events.Count;
                return new ExecutionOutcome(
                    ExecutionStatus.Running, null, null, null, new Checkpoint(next, output, _input, variables, _started, events, _trunk.Last));
            }

            Append(_trunk, "ExecutionSucceeded", new JsonObject { ["output"] = output?.DeepClone() });
            return new ExecutionOutcome(ExecutionStatus.Succeeded, output, null, null);
        }
        catch (WorkflowFailure failure)
        {
            Append(_trunk, "ExecutionFailed", ErrorDetails(failure));
            return new ExecutionOutcome(ExecutionStatus.Failed, null, failure.Error, failure.Cause);
        }
    }

    /// <summary>Runs one state by itself, without its Retry and Catch.</summary>
    internal async Task<(JsonNode? Output, string? Next)> TryOutAsync(State state, JsonNode? input, StateProbe probe)
    {
        var visit = VisitFor(state, input, probe);
        probe.See("input", input);
        var step = await ExecuteAsync(visit);
        return (step.Output, step.Next);
    }

    /// <summary>What a catcher makes of the failure of a state that was run by itself.</summary>
    internal JsonNode? TryOutCatcher(State state, JsonNode? input, StateProbe probe, JsonObject catcher, WorkflowFailure failure) =>
        Caught(VisitFor(state, input, probe), catcher, failure).Output;

    private Visit VisitFor(State state, JsonNode? input, StateProbe probe) =>
        new(state, input, new Branch(History, probe.Variables, new Lifetime()), 0, 0, _host.Now) { Probe = probe };

    /// <summary>A line of execution: where its events go and follow, and what it can see.</summary>
    private sealed class Branch(History history, Variables variables, Lifetime lifetime, JsonObject? mapItem = null)
    {
        public History History { get; } = history;

        public Lifetime Lifetime { get; } = lifetime;

        public Variables Variables { get; } = variables;

        public JsonObject? MapItem { get; } = mapItem;

        /// <summary>The event that the next one follows.</summary>
        public int Last { get; set; }
    }

    /// <summary>How long branches go on: to their end, or until what encloses them is over and all that they still wait for is void.</summary>
    private sealed class Lifetime(Lifetime? enclosing = null)
    {
        private bool _isOver;

        public bool IsOver => _isOver || enclosing is { IsOver: true };

        public void End() => _isOver = true;

        public void ThrowIfOver()
        {
            if (IsOver)
            {
                throw new OperationCanceledException("The branch was stopped.");
            }
        }
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

    private async Task<JsonNode?> RunMachineAsync(StateMachine machine, JsonNode? input, Branch branch) =>
        (await RunMachineAsync(machine, machine.StartAt, input, branch)).Output;

    /// <summary>Runs a machine from a state on; only the trunk pauses, and then says where it goes on.</summary>
    private async Task<(JsonNode? Output, string? Next)> RunMachineAsync(StateMachine machine, string name, JsonNode? input, Branch branch)
    {
        while (true)
        {
            if (!machine.States.TryGetValue(name, out var state))
            {
                throw new WorkflowFailure(ErrorNames.Runtime, $"There is no state '{name}'.");
            }

            var step = await RunStateAsync(state, input, branch);
            if (step.Next is null || (branch == _trunk && History.Events.Count >= EventsUntilPause))
            {
                return (step.Output, step.Next);
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
                    branch.Lifetime.ThrowIfOver();
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
            var place = FormattableString.Invariant($"Catch[{((JsonArray)visit.State["Catch"]!).IndexOf(catcher)}]/");
            var output = catcher.ContainsKey("Output") ? queries.Fill(catcher["Output"], place + "Output") : error;
            return new Step(output, next, queries.Fill(catcher["Assign"], place + "Assign") as JsonObject);
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
