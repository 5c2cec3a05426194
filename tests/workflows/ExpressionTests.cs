using System.Text.Json.Nodes;
using DurableMl.Workflows.Definitions;
using DurableMl.Workflows.Execution;

namespace Workflows.Tests;

[TestClass]
public class ExpressionTests
{
    [TestMethod]
    [DataRow("States.JsonToString(1.0)", "\"1.0\"")]
    [DataRow("States.Format('{}', 1.50)", "\"1.50\"")]
    [DataRow("States.Array(-1, +1, 1e3)", "[-1,1,1e3]")]
    [DataRow("States.MathAdd(9007199254740993, 1)", "9007199254740994")]
    public async Task Numbers_keep_their_digits_in_intrinsic_functions(string call, string expected)
    {
        var outcome = await RunAsync(Pass("Parameters", new JsonObject { ["r.$"] = call }));

        Assert.AreEqual($"{{\"r\":{expected}}}", outcome.Output?.ToJsonString(), outcome.Cause);
    }

    [TestMethod]
    [DataRow("$partition([1,2,3], 1.5)", "[[1,2],[3]]")]
    [DataRow("$range(1.5, 4, 1)", "[2,3,4]")]
    [DataRow("$range(5, 1, -2)", "[5,3,1]")]
    public async Task Sizes_and_steps_are_rounded_as_those_of_the_intrinsic_functions(string expression, string expected)
    {
        var outcome = await RunAsync(Pass("Output", $"{{% {expression} %}}", isJsonata: true));

        Assert.AreEqual(expected, outcome.Output?.ToJsonString(), outcome.Cause);
    }

    [TestMethod]
    [DataRow("$partition([1,2,3], 0)", ": The size of a part must be positive")]
    [DataRow("$range(1, 5, 0)", ": The step of a range must not be 0")]
    [DataRow("{'x': 1/0}", ": Number out of range: Infinity")]
    public async Task What_has_no_value_in_JSON_or_no_end_is_an_error(string expression, string end)
    {
        var outcome = await RunAsync(Pass("Output", $"{{% {expression} %}}", isJsonata: true));

        Assert.AreEqual("States.QueryEvaluationError", outcome.Error);
        StringAssert.EndsWith(outcome.Cause, $"threw an error during evaluation{end}");
    }

    [TestMethod]
    public async Task An_error_path_that_leads_to_no_text_is_an_error_and_not_an_empty_failure()
    {
        var machine = new JsonObject
        {
            ["StartAt"] = "F",
            ["States"] = new JsonObject { ["F"] = new JsonObject { ["Type"] = "Fail", ["ErrorPath"] = "$$.State" } },
        };

        var outcome = await RunAsync(machine);

        Assert.AreEqual("States.Runtime", outcome.Error);
        StringAssert.Contains(outcome.Cause, "The ErrorPath field must refer to a string: $$.State == {");
    }

    [TestMethod]
    public void A_function_that_does_not_exist_is_found_before_the_workflow_runs()
    {
        var mistakes = DefinitionValidator.Validate(Pass("Parameters", new JsonObject { ["r.$"] = "States.Nope(1)" }));

        StringAssert.Contains(string.Join('\n', mistakes), "The value for the field 'r.$' must be a valid JSONPath or a valid intrinsic function call at /States/S/Parameters");
    }

    [TestMethod]
    public void The_variables_of_expressions_are_those_that_they_do_not_bind_themselves()
    {
        var references = VariableReferences.Of(Pass(
            "Output", new JsonObject { ["a"] = "{% $sum($prices) + $states.input.x %}", ["b"] = new JsonArray("{% ($y := 1; $map($items, function($v) { $v + $y + $rate })) %}") }, isJsonata: true));

        CollectionAssert.AreEqual(new[] { "items", "prices", "rate" }, references["S"].ToList());
    }

    private static JsonObject Pass(string field, JsonNode value, bool isJsonata = false) => new()
    {
        ["QueryLanguage"] = isJsonata ? "JSONata" : "JSONPath",
        ["StartAt"] = "S",
        ["States"] = new JsonObject { ["S"] = new JsonObject { ["Type"] = "Pass", [field] = value, ["End"] = true } },
    };

    private static Task<ExecutionOutcome> RunAsync(JsonObject machine) =>
        new Interpreter(StateMachine.Parse(machine), new InMemoryHost(), new ExecutionIdentity("e", "e", "", "m", "m"), new JsonObject()).RunAsync();
}
