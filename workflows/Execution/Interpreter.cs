using System.Text;
using System.Text.Json.Nodes;
using DurableMl.Workflows.Definitions;
using DurableMl.Workflows.Expressions;

namespace DurableMl.Workflows.Execution;

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
    private (string State, JsonNode? Input)? _at;

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
        else if (_from.IsRedrive)
        {
            Append(_trunk, "ExecutionRedriven", new JsonObject { ["redriveCount"] = _from.Redrives });
        }

        var run = RunToEndAsync();
        if (_machine.TimeoutSeconds is not { } seconds || await _host.EndsByAsync(run, (_from?.RedrivenAt ?? _started) + Seconds(seconds)))
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
        return new ExecutionOutcome(status, null, error, cause, Here());
    }

    // Where the trunk is: the state that it is in begins again from there.
    private Checkpoint? Here() => _at is { } at ? At(at.State, at.Input) : _from;

    private Checkpoint At(string state, JsonNode? input)
    {
        var variables = new JsonObject(_trunk.Variables.All().Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone())));
        return new Checkpoint(state, input, _input, variables, _started, (_from?.Events ?? 0) + History.Events.Count, _trunk.Last)
        {
            Redrives = _from?.Redrives ?? 0,
            RedrivenAt = _from?.RedrivenAt,
        };
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
                return new ExecutionOutcome(ExecutionStatus.Running, null, null, null, At(next, output));
            }

            Append(_trunk, "ExecutionSucceeded", new JsonObject { ["output"] = output?.DeepClone() });
            return new ExecutionOutcome(ExecutionStatus.Succeeded, output, null, null);
        }
        catch (WorkflowFailure failure)
        {
            Append(_trunk, "ExecutionFailed", ErrorDetails(failure));
            return new ExecutionOutcome(ExecutionStatus.Failed, null, failure.Error, failure.Cause, Here());
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

            if (branch == _trunk)
            {
                _at = (name, input);
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

    private Step Leave(Visit visit, Step step)
    {
        if (new[] { step.Output, step.Assigned }.Any(data => Encoding.UTF8.GetByteCount(Compact.Write(data)) > MaximumOutputBytes))
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
                ["RedriveCount"] = _from?.Redrives ?? 0,
            },
            ["StateMachine"] = new JsonObject { ["Id"] = _identity.StateMachineId, ["Name"] = _identity.StateMachineName },
            ["State"] = new JsonObject { ["Name"] = visit.State.Name, ["EnteredTime"] = Timestamps.Write(visit.EnteredTime) },
        };
        if (_from?.RedrivenAt is { } redriven)
        {
            context["Execution"]!["RedriveTime"] = Timestamps.Write(redriven);
        }

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
}
