using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Workflows.Definitions;
using DurableMl.Workflows.Execution;

namespace Workflows.Tests;

[TestClass]
public class ConformanceTests
{
    private static readonly Dictionary<string, string> Deviations = File
        .ReadLines(Path.Combine(AppContext.BaseDirectory, "Cases", "deviations.tsv"))
        .Where(line => line.Length > 0 && !line.StartsWith('#'))
        .Select(line => line.Split('\t', 2))
        .ToDictionary(parts => parts[0], parts => parts[1]);

    public static IEnumerable<object[]> Executions => ConformanceCase.All.Where(one => one.Kind == "execution").Select(one => new object[] { one.Id });

    public static IEnumerable<object[]> Cases => ConformanceCase.All.Select(one => new object[] { one.Id });

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public async Task A_recorded_case_gives_what_AWS_gave_or_is_listed_with_a_reason(string id)
    {
        var one = ConformanceCase.All.Single(other => other.Id == id);
        var differences = await DifferencesAsync(one);
        if (Deviations.TryGetValue(id, out var reason))
        {
            Assert.IsNotEmpty(differences, $"The case holds now; take it out of deviations.tsv, where it was listed because: {reason}");
        }
        else
        {
            Assert.IsEmpty(differences, string.Join('\n', differences));
        }
    }

    [TestMethod]
    [DynamicData(nameof(Executions))]
    public async Task A_recorded_execution_that_pauses_between_any_two_states_leaves_the_same_history_and_so_does_its_replay(string id)
    {
        var one = ConformanceCase.All.Single(other => other.Id == id);
        var whole = new List<string>();
        await RunAsync(one, int.MaxValue, whole);

        foreach (var eventsUntilPause in (int[])[int.MaxValue, 1])
        {
            var again = new List<string>();
            await RunAsync(one, eventsUntilPause, again);
            CollectionAssert.AreEqual(whole, again, $"pausing after {eventsUntilPause} events");
        }
    }

    [TestMethod]
    public void Every_listed_deviation_names_a_case_and_has_a_reason()
    {
        var ids = ConformanceCase.All.Select(one => one.Id).ToHashSet();
        foreach (var (id, reason) in Deviations)
        {
            Assert.Contains(id, ids);
            Assert.IsFalse(string.IsNullOrWhiteSpace(reason), id);
        }
    }

    private static async Task<IReadOnlyList<string>> DifferencesAsync(ConformanceCase one) => one.Kind switch
    {
        "execution" => await ExecutionAsync(one),
        "validation" => Validation(one),
        "variableReferences" => References(one),
        "testState" => await StateTestAsync(one),
        var kind => throw new NotSupportedException($"There is no comparison for cases of the kind {kind}."),
    };

    private static async Task<IReadOnlyList<string>> ExecutionAsync(ConformanceCase one)
    {
        var interpreter = new Interpreter(StateMachine.Parse(one.Definition), new InMemoryHost(), IdentityOf(one), one.Input?.DeepClone());
        var outcome = await interpreter.RunAsync();

        var actual = new JsonObject { ["status"] = outcome.Succeeded ? "SUCCEEDED" : "FAILED" };
        if (outcome.Succeeded)
        {
            actual["output"] = outcome.Output?.DeepClone();
        }

        foreach (var (name, text) in ((string, string?)[])[("error", outcome.Error), ("cause", outcome.Cause)])
        {
            if (text is not null)
            {
                actual[name] = text;
            }
        }

        var end = one.Expected.DeepClone().AsObject();
        foreach (var name in (string[])["events", "eventTypes", "eventOrder"])
        {
            end.Remove(name);
        }

        var differences = one.Differences("/expected", end, actual).ToList();
        if (one.Expected["events"] is JsonArray events)
        {
            differences.AddRange(EventDifferences(one, events, interpreter.History.Events));
        }

        return differences;
    }

    // Runs an execution to its end; what it hands on at a pause goes through JSON, as between two orchestrations.
    private static async Task RunAsync(ConformanceCase one, int eventsUntilPause, List<string> history)
    {
        var host = new InMemoryHost();
        var interpreter = new Interpreter(StateMachine.Parse(one.Definition), host, IdentityOf(one), one.Input?.DeepClone()) { EventsUntilPause = eventsUntilPause };
        while (true)
        {
            var outcome = await interpreter.RunAsync();
            history.AddRange(interpreter.History.Events.Select(happened => happened.ToJson().ToJsonString()));
            if (outcome.Status != ExecutionStatus.Running)
            {
                return;
            }

            var next = JsonSerializer.Deserialize<Checkpoint>(JsonSerializer.Serialize(outcome.Next))!;
            interpreter = new Interpreter(StateMachine.Parse(one.Definition), host, IdentityOf(one), next) { EventsUntilPause = eventsUntilPause };
        }
    }

    private static ExecutionIdentity IdentityOf(ConformanceCase one) => new(
        "arn:aws:states:local:012345678901:" + (one.IsExpress ? "express:machine-one:run:1" : "execution:machine-one:run"),
        "run",
        "role",
        "arn:aws:states:local:012345678901:stateMachine:machine-one",
        "machine-one");

    private static IEnumerable<string> EventDifferences(ConformanceCase one, JsonArray expected, IReadOnlyList<HistoryEvent> actual)
    {
        if (one.Expected["eventOrder"]?.GetValue<string>() == "normalised")
        {
            // The recorder sorted these and lost some; what can be compared is that nothing recorded is missing.
            var types = actual.Select(happened => happened.Type).ToList();
            return expected.Select(happened => happened!["type"]!.GetValue<string>()).Where(type => !types.Remove(type)).Select(type => $"{type} is missing");
        }

        var shown = new JsonArray([.. actual.Select(happened =>
        {
            var details = happened.Details.DeepClone().AsObject();
            details["id"] = happened.Id;
            details["type"] = happened.Type;
            details["previousEventId"] = happened.PreviousEventId;
            return details;
        })]);
        return one.Differences("/expected/events", expected, shown);
    }

    private static IReadOnlyList<string> Validation(ConformanceCase one)
    {
        var diagnostics = one.Fields["definitionText"] is { } text
            ? DefinitionValidator.Validate(text.GetValue<string>(), one.IsExpress)
            : DefinitionValidator.Validate(one.Definition, one.IsExpress);
        var valid = diagnostics.Count == 0;
        var actual = new JsonObject { ["valid"] = valid };
        if (one.Expected.ContainsKey("diagnostics"))
        {
            actual["result"] = valid ? "OK" : "FAIL";
            actual["diagnostics"] = new JsonArray([.. diagnostics.Select(diagnostic =>
            {
                var shown = new JsonObject { ["code"] = diagnostic.Code, ["message"] = diagnostic.Message, ["severity"] = "ERROR" };
                if (diagnostic.Location is { } location)
                {
                    shown["location"] = location;
                }

                return shown;
            })]);
        }
        else if (!valid)
        {
            actual["errorCode"] = "InvalidDefinition";
            actual["message"] = $"Invalid State Machine Definition: '{string.Join(", ", diagnostics)}'";
        }

        return [.. one.Differences("/expected", one.Expected, actual)];
    }

    private static IReadOnlyList<string> References(ConformanceCase one)
    {
        var references = VariableReferences.Of(one.Definition).Select(pair =>
            KeyValuePair.Create(pair.Key, (JsonNode?)new JsonArray([.. pair.Value.Select(name => JsonValue.Create(name))])));
        return [.. one.Differences("/expected", one.Expected, new JsonObject { ["valid"] = true, ["variableReferences"] = new JsonObject(references) })];
    }

    private static async Task<IReadOnlyList<string>> StateTestAsync(ConformanceCase one)
    {
        JsonObject actual;
        try
        {
            var identity = new ExecutionIdentity(
                "arn:aws:states:local:012345678901:express:machine-one:run",
                "run",
                "arn:aws:iam::012345678901:role/role",
                "arn:aws:states:local:012345678901:stateMachine:machine-one",
                "machine-one");
            actual = await StateTest.RunAsync(one.Definition, one.Input?.DeepClone(), one.Fields["request"]!.AsObject(), new InMemoryHost(), identity);
        }
        catch (StateTestRefusedException refused)
        {
            actual = new JsonObject { ["valid"] = false, ["errorCode"] = refused.Code, ["message"] = refused.Message };
        }

        return [.. one.Differences("/expected", one.Expected, actual)];
    }
}
