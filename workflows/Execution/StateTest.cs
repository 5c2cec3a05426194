using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Workflows.Definitions;
using DurableMl.Workflows.Expressions;

namespace DurableMl.Workflows.Execution;

/// <summary>What a state that is tried out shows of itself, and what stands in for the work that it would start.</summary>
internal sealed class StateProbe
{
    public JsonObject Seen { get; } = [];

    /// <summary>The context object to use; null for that of an execution of its own.</summary>
    public JsonObject? Context { get; init; }

    public Variables Variables { get; } = new();

    /// <summary>What the work gives; for a Map or Parallel state an array.</summary>
    public JsonNode? Result { get; init; }

    /// <summary>What the work fails with; null where it succeeds.</summary>
    public WorkflowFailure? Failure { get; init; }

    /// <summary>What an item reader would have read; null for the items of the state itself.</summary>
    public JsonArray? Items { get; init; }

    public int FailedIterations { get; init; }

    public void See(string name, JsonNode? value) => Seen[name] = value?.DeepClone();

    public JsonNode Answer() => Failure is null ? Result! : throw Failure;
}

/// <summary>A state cannot be tried out in the way asked for.</summary>
public sealed class StateTestRefusedException(string code, string message) : Exception(message)
{
    /// <summary><c>InvalidDefinition</c> or <c>ValidationException</c>.</summary>
    public string Code { get; } = code;
}

/// <summary>Tries out one state with a given input, its work replaced by a result or a failure.</summary>
public static class StateTest
{
    private const string NameOfSingleState = "StateName";

    /// <summary>Runs the state.</summary>
    /// <param name="definition">A machine, or a single state.</param>
    /// <param name="input">The state's input.</param>
    /// <param name="request">
    /// The request as AWS's operation TestState has it: <c>stateName</c>, <c>inspectionLevel</c> (INFO, DEBUG or TRACE), <c>mock</c>, <c>context</c>,
    /// <c>variables</c>, <c>stateConfiguration</c>.
    /// </param>
    /// <param name="host">Gives the time and random numbers; runs a task that no mock replaces.</param>
    /// <param name="identity">What the context object says of the execution.</param>
    /// <returns><c>status</c>, and <c>output</c>, <c>error</c>, <c>cause</c>, <c>nextState</c> and <c>inspectionData</c> as they apply.</returns>
    /// <exception cref="StateTestRefusedException">The definition or the request is wrong.</exception>
    public static async Task<JsonObject> RunAsync(
        JsonObject definition, JsonNode? input, JsonObject request, IWorkflowHost host, ExecutionIdentity identity)
    {
        var state = FindState(definition, (string?)request["stateName"]);
        var probe = ProbeFor(state, request);
        var stateHost = new MockedHost(host, request["mock"] is null ? null : probe);
        var interpreter = new Interpreter(StateMachine.Parse(Wrap(state.Fields)), stateHost, identity, input);
        var outcome = new JsonObject();
        try
        {
            var (output, next) = await interpreter.TryOutAsync(state, input, probe);
            outcome["status"] = "SUCCEEDED";
            outcome["output"] = output?.DeepClone();
            if (next is not null)
            {
                outcome["nextState"] = next;
            }
        }
        catch (WorkflowFailure failure)
        {
            Describe(failure, outcome);
            Handle(interpreter, state, input, probe, failure, request["stateConfiguration"] as JsonObject, outcome);
        }

        if ((string?)request["inspectionLevel"] is "DEBUG" or "TRACE")
        {
            outcome["inspectionData"] = probe.Seen;
        }

        return outcome;
    }

    private static void Describe(WorkflowFailure failure, JsonObject outcome)
    {
        outcome["status"] = "FAILED";
        foreach (var (name, text) in ((string, string?)[])[("error", failure.Error), ("cause", failure.Cause)])
        {
            if (text is not null)
            {
                outcome[name] = text;
            }
        }
    }

    private static void Handle(
        Interpreter interpreter,
        State state,
        JsonNode? input,
        StateProbe probe,
        WorkflowFailure failure,
        JsonObject? configuration,
        JsonObject outcome)
    {
        var retriers = state["Retry"] as JsonArray ?? [];
        var index = retriers.ToList().FindIndex(retrier => failure.IsNamedIn(Interpreter.NamesIn(retrier!)));
        var retries = (int?)configuration?["retrierRetryCount"] ?? 0;
        if (index >= 0 && retries < ((double?)retriers[index]!["MaxAttempts"] ?? 3))
        {
            outcome["status"] = "RETRIABLE";
            probe.Seen["errorDetails"] = new JsonObject
            {
                ["retryBackoffIntervalSeconds"] = Interpreter.Delay(retriers[index]!, retries, 1).TotalSeconds,
                ["retryIndex"] = index,
            };
            return;
        }

        if (Interpreter.CatcherOf(state, failure) is not { } catcher)
        {
            return;
        }

        outcome["status"] = "CAUGHT_ERROR";
        outcome["nextState"] = (string?)catcher["Next"];
        outcome["output"] = interpreter.TryOutCatcher(state, input, probe, catcher, failure)?.DeepClone();
        probe.Seen["errorDetails"] = new JsonObject { ["catchIndex"] = state["Catch"]!.AsArray().IndexOf(catcher) };
    }

    private static State FindState(JsonObject definition, string? name)
    {
        var isMachine = definition.ContainsKey("States");
        var machine = isMachine ? definition : Wrap(definition);

        // A single state may lead to states that are not there.
        var mistakes = DefinitionValidator.Validate(machine)
            .Where(mistake => isMachine || mistake.Code == Diagnostic.Schema)
            .ToList();
        if (mistakes.Count > 0)
        {
            throw new StateTestRefusedException("InvalidDefinition", $"Invalid State Machine Definition: '{string.Join(", ", mistakes)}'");
        }

        var wanted = isMachine ? name : NameOfSingleState;
        return StatesOf(StateMachine.Parse(machine)).FirstOrDefault(state => state.Name == wanted)
            ?? throw Refused(wanted is null ? "The field 'stateName' must name a state of the machine" : $"There is no state '{wanted}'");
    }

    private static JsonObject Wrap(JsonObject state) =>
        new() { ["StartAt"] = NameOfSingleState, ["States"] = new JsonObject { [NameOfSingleState] = state.DeepClone() } };

    private static IEnumerable<State> StatesOf(StateMachine machine) => machine.States.Values.SelectMany(state =>
        (state.ItemProcessor is { } processor ? state.Branches.Append(processor) : state.Branches).SelectMany(StatesOf).Prepend(state));

    private static StateProbe ProbeFor(State state, JsonObject request)
    {
        var mock = request["mock"] as JsonObject;
        var configuration = request["stateConfiguration"] as JsonObject;
        var result = Check(state, request, mock);
        var failedIterations = (int?)configuration?["mapIterationFailureCount"] ?? 0;
        if (state.Type == "Map" && result is JsonArray iterations && failedIterations > iterations.Count)
        {
            throw Refused("Map iteration failure count must be less than or equal to the number of Map iterations");
        }

        var probe = new StateProbe
        {
            Context = Read(request["context"], "context") as JsonObject,
            Result = result,
            Failure = mock?["errorOutput"] is { } error ? new WorkflowFailure((string?)error["error"], (string?)error["cause"]) : null,
            FailedIterations = failedIterations,
            Items = Read(configuration?["mapItemReaderData"], "mapItemReaderData") as JsonArray,
        };
        foreach (var (variable, value) in Read(request["variables"], "variables") as JsonObject ?? [])
        {
            probe.Variables.Set(variable, value?.DeepClone());
        }

        return probe;
    }

    private static JsonNode? Check(State state, JsonObject request, JsonObject? mock)
    {
        if (mock is null)
        {
            if (state.Type is "Map" or "Parallel")
            {
                throw new StateTestRefusedException(
                    "InvalidDefinition",
                    "TestState API does not support Map or Parallel states. Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]");
            }

            return state.Type == "Task" && !request.ContainsKey("roleArn")
                ? throw Refused("RoleArn must be specified when testing a Task state")
                : null;
        }

        if (state.Type is not ("Task" or "Map" or "Parallel"))
        {
            throw Refused($"State type '{state.Type}' is not supported when a mock is specified");
        }

        if ((bool?)request["revealSecrets"] == true)
        {
            throw Refused("TestState does not support RevealSecrets when a mock is specified.");
        }

        if (!mock.ContainsKey("result"))
        {
            return null;
        }

        if (mock.ContainsKey("errorOutput"))
        {
            throw Refused("A test mock should have only one of the following fields: [result, errorOutput].");
        }

        var mode = (string?)mock["fieldValidationMode"] ?? "STRICT";
        if (mode is not ("STRICT" or "PRESENT" or "NONE"))
        {
            throw Refused($"The field 'fieldValidationMode' must be one of [STRICT, PRESENT, NONE], but was '{mode}'");
        }

        JsonNode? result;
        try
        {
            result = JsonNode.Parse((string?)mock["result"] ?? "");
        }
        catch (JsonException)
        {
            throw Refused("Mocked result must be valid JSON");
        }

        if (state.Type == "Task" && MockAnswers.MistakeIn(state.Text("Resource"), result, mode) is { } mistake)
        {
            throw Refused(mistake);
        }

        if (state.Type == "Map" && state["ResultWriter"] is JsonObject writer && writer.ContainsKey("Resource"))
        {
            return result is JsonObject ? result : throw Refused("Mocked result must be a JSON object.");
        }

        if (state.Type is "Map" or "Parallel" && result is not JsonArray)
        {
            throw Refused("Mocked result must be an array.");
        }

        return state.Type == "Parallel" && result!.AsArray().Count != state.Branches.Count
            ? throw Refused("Mocked result must contain the same number of items as number of Parallel branches.")
            : result;
    }

    // A document can be given as JSON or as its text.
    private static JsonNode? Read(JsonNode? given, string field)
    {
        if (given?.GetValueKind() != JsonValueKind.String)
        {
            return given;
        }

        try
        {
            return JsonNode.Parse(given.GetValue<string>());
        }
        catch (JsonException)
        {
            throw Refused($"The field '{field}' must be valid JSON");
        }
    }

    private static StateTestRefusedException Refused(string message) => new("ValidationException", message);

    private sealed class MockedHost(IWorkflowHost host, StateProbe? probe) : IWorkflowHost
    {
        public DateTimeOffset Now => host.Now;

        public Guid NewGuid() => host.NewGuid();

        public Task<JsonNode?> CallAsync(TaskRequest request) => probe switch
        {
            null => host.CallAsync(request),
            { Failure: { } failure } => Task.FromException<JsonNode?>(failure),
            _ => Task.FromResult(probe.Result?.DeepClone()),
        };

        // A test shows what follows; it does not wait for it.
        public Task DelayUntilAsync(DateTimeOffset time) => Task.CompletedTask;

        public Task<bool> EndsByAsync(Task work, DateTimeOffset time) => host.EndsByAsync(work, time);
    }
}
