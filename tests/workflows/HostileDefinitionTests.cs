using System.Diagnostics;
using System.Text.Json.Nodes;
using DurableMl.Workflows.Definitions;
using DurableMl.Workflows.Execution;

namespace Workflows.Tests;

/// <summary>Definitions that want too much: refused, or ended with an error that says what there was too much of.</summary>
[TestClass]
public sealed class HostileDefinitionTests
{
    private static readonly ExecutionIdentity Identity = new("execution:one", "one", "", "stateMachine:one", "one");

    [TestMethod]
    public void A_text_that_is_nested_ten_thousand_deep_is_no_definition()
    {
        var deep = new string('[', 10_000) + new string(']', 10_000);
        var text = """{"StartAt":"A","States":{"A":{"Type":"Pass","End":true,"Result":""" + deep + "}}}";

        Assert.IsNotEmpty(DefinitionValidator.Validate(text));
    }

    [TestMethod]
    public async Task A_choice_of_twenty_thousand_rules_is_gone_through_once()
    {
        var rules = Enumerable.Range(0, 20_000).Select(n => new JsonObject { ["Variable"] = "$.n", ["NumericEquals"] = n, ["Next"] = "Yes" });
        var machine = new JsonObject
        {
            ["StartAt"] = "C",
            ["States"] = new JsonObject
            {
                ["C"] = new JsonObject { ["Type"] = "Choice", ["Choices"] = new JsonArray([.. rules]) },
                ["Yes"] = new JsonObject { ["Type"] = "Succeed" },
            },
        };

        Assert.IsEmpty(DefinitionValidator.Validate(machine));
        Assert.AreEqual(ExecutionStatus.Succeeded, (await RunAsync(machine, new JsonObject { ["n"] = 19_999 })).Status);
        Assert.AreEqual("States.NoChoiceMatched", (await RunAsync(machine, new JsonObject { ["n"] = -1 })).Error);
    }

    [TestMethod]
    public async Task A_payload_that_doubles_with_each_state_ends_at_the_limit_of_a_states_output()
    {
        var machine = JsonNode.Parse("""
            {"StartAt":"P","States":{"P":{"Type":"Pass","Parameters":{"a.$":"$","b.$":"$"},"Next":"P"}}}
            """)!.AsObject();

        var outcome = await RunAsync(machine, new JsonObject { ["text"] = new string('x', 1000) });

        Assert.AreEqual("States.DataLimitExceeded", outcome.Error);
    }

    [TestMethod]
    public async Task A_path_that_finds_every_value_again_and_again_is_stopped()
    {
        var tree = Tree(11);
        var machine = JsonNode.Parse("""
            {"StartAt":"P","States":{"P":{"Type":"Pass","Parameters":{"a.$":"$..*..*..*..*..*..*..*"},"End":true}}}
            """)!.AsObject();

        var outcome = await RunAsync(machine, tree);

        Assert.AreEqual("States.Runtime", outcome.Error);
        StringAssert.Contains(outcome.Cause, "goes through more than 1000000 values");
    }

    [TestMethod]
    [DataRow("$reduce([1..40], function($a, $b) { $a & $a }, 'x')", "A text or an array may have 4194304 parts")]
    [DataRow("$reduce([1..40], function($a, $b) { $append($a, $a) }, [1])", "")]
    [DataRow("$pad('x', 2000000000)", "")]
    [DataRow("$count([1..9000000])", "")]
    [DataRow("$map([1..3000], function($i) { $map([1..3000], function($j) { $i * $j }) })", "Expression evaluation timeout")]
    [DataRow("$match('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab', /^((a+)+)+$/)", "")]
    public async Task An_expression_that_wants_too_much_fails_its_state(string expression, string said)
    {
        var machine = new JsonObject
        {
            ["QueryLanguage"] = "JSONata",
            ["StartAt"] = "P",
            ["States"] = new JsonObject { ["P"] = new JsonObject { ["Type"] = "Pass", ["Output"] = $"{{% {expression} %}}", ["End"] = true } },
        };
        var began = Stopwatch.GetTimestamp();

        var outcome = await RunAsync(machine, new JsonObject());

        Assert.AreEqual(ExecutionStatus.Failed, outcome.Status, $"after {Stopwatch.GetElapsedTime(began)}");
        Assert.AreEqual("States.QueryEvaluationError", outcome.Error, outcome.Cause);
        StringAssert.Contains(outcome.Cause, said);
    }

    [TestMethod]
    [DataRow("States.ArrayRange(1, 1000000000, 1)")]
    [DataRow("States.StringSplit('a', States.ArrayRange(1, 2, 1))")]
    [DataRow("States.ArrayGetItem(States.Array(1), 99999999999)")]
    public async Task An_intrinsic_function_that_wants_too_much_fails_its_state(string function)
    {
        var machine = new JsonObject
        {
            ["StartAt"] = "P",
            ["States"] = new JsonObject { ["P"] = new JsonObject { ["Type"] = "Pass", ["Parameters"] = new JsonObject { ["a.$"] = function }, ["End"] = true } },
        };

        Assert.IsNotNull((await RunAsync(machine, new JsonObject())).Error);
    }

    private static JsonObject Tree(int depth) => depth == 0 ? [] : new JsonObject { ["l"] = Tree(depth - 1), ["r"] = Tree(depth - 1) };

    private static Task<ExecutionOutcome> RunAsync(JsonObject machine, JsonNode input) =>
        new Interpreter(StateMachine.Parse(machine), new InMemoryHost(), Identity, input).RunAsync();
}
