using System.Text.Json.Nodes;
using DurableMl.Workflows.Definitions;
using DurableMl.Workflows.Execution;

namespace DurableMl.Bench.Workflows;

/// <summary>The definitions that are measured.</summary>
internal static class Machines
{
    public const string PathLoop = """
        {
          "StartAt": "Count",
          "States": {
            "Count": { "Type": "Pass", "Parameters": { "n.$": "States.MathAdd($.n, 1)" }, "Next": "More" },
            "More": { "Type": "Choice", "Choices": [{ "Variable": "$.n", "NumericLessThanPath": "$$.Execution.Input.times", "Next": "Count" }], "Default": "Done" },
            "Done": { "Type": "Succeed" }
          }
        }
        """;

    public const string JsonataLoop = """
        {
          "QueryLanguage": "JSONata",
          "StartAt": "Count",
          "States": {
            "Count": { "Type": "Pass", "Output": { "n": "{% $states.input.n + 1 %}" }, "Next": "More" },
            "More": { "Type": "Choice", "Choices": [{ "Condition": "{% $states.input.n < $states.context.Execution.Input.times %}", "Next": "Count" }], "Default": "Done" },
            "Done": { "Type": "Succeed" }
          }
        }
        """;

    public const string Map = """
        {
          "StartAt": "Each",
          "States": {
            "Each": {
              "Type": "Map", "End": true,
              "ItemProcessor": { "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" }, "StartAt": "P", "States": { "P": { "Type": "Pass", "End": true } } }
            }
          }
        }
        """;

    /// <summary>A Map over so many numbers, which its definition brings along.</summary>
    public static string MapOf(int items)
    {
        var machine = JsonNode.Parse(Map)!.AsObject();
        machine["StartAt"] = "Numbers";
        machine["States"]!["Numbers"] = new JsonObject { ["Type"] = "Pass", ["Result"] = new JsonArray([.. Enumerable.Range(0, items).Select(n => JsonValue.Create(n))]), ["Next"] = "Each" };
        return machine.ToJsonString();
    }

    public static string Passes(int count) => Chain(count, () => new JsonObject { ["Type"] = "Pass" });

    public static string Echoes(int count) => Chain(count, () => new JsonObject { ["Type"] = "Task", ["Resource"] = "function:echo" });

    /// <summary>Runs a loop in memory.</summary>
    public static async Task LoopAsync(string definition, int times)
    {
        var interpreter = new Interpreter(
            StateMachine.Parse(JsonNode.Parse(definition)!.AsObject()), new Memory(), new ExecutionIdentity("e", "e", "", "m", "m"), new JsonObject { ["n"] = 0, ["times"] = times })
        {
            EventsUntilPause = 2000,
        };
        var outcome = await interpreter.RunAsync();
        while (outcome is { Status: ExecutionStatus.Running, Next: { } next })
        {
            outcome = await new Interpreter(StateMachine.Parse(JsonNode.Parse(definition)!.AsObject()), new Memory(), new ExecutionIdentity("e", "e", "", "m", "m"), next) { EventsUntilPause = 2000 }.RunAsync();
        }

        if (!outcome.Succeeded)
        {
            throw new InvalidOperationException(outcome.Cause);
        }
    }

    private static string Chain(int count, Func<JsonObject> state)
    {
        var states = new JsonObject();
        for (var i = 0; i < count; i++)
        {
            var one = state();
            one[i == count - 1 ? "End" : "Next"] = i == count - 1 ? true : $"S{i + 1}";
            states[$"S{i}"] = one;
        }

        return new JsonObject { ["StartAt"] = "S0", ["States"] = states }.ToJsonString();
    }

    private sealed class Memory : IWorkflowHost
    {
        public DateTimeOffset Now { get; } = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

        public Guid NewGuid() => Guid.NewGuid();

        public Task<JsonNode?> CallAsync(TaskRequest request) => Task.FromResult(request.Arguments);

        public Task DelayUntilAsync(DateTimeOffset time) => Task.CompletedTask;

        public Task<bool> EndsByAsync(Task work, DateTimeOffset time) => Task.FromResult(true);
    }
}
