using System.Text.Json.Nodes;
using DurableMl.Workflows.Definitions;
using DurableMl.Workflows.Execution;

namespace Workflows.Tests;

[TestClass]
public sealed class InterpreterTests
{
    private static readonly ExecutionIdentity Identity = new("execution:one", "one", "", "machine:one", "one");

    private static readonly JsonObject Loop = JsonNode.Parse("""
        {
          "StartAt": "Count",
          "States": {
            "Count": { "Type": "Pass", "Parameters": { "n.$": "States.MathAdd($.n, 1)" }, "Assign": { "last.$": "$.n" }, "Next": "More" },
            "More": { "Type": "Choice", "Choices": [{ "Variable": "$.n", "NumericLessThanPath": "$$.Execution.Input.times", "Next": "Count" }], "Default": "Done" },
            "Done": { "Type": "Pass", "Parameters": { "n.$": "$.n", "last.$": "$last" }, "End": true }
          }
        }
        """)!.AsObject();

    [TestMethod]
    public async Task A_loop_that_pauses_goes_on_elsewhere_and_comes_to_the_same_with_the_same_history()
    {
        var input = new JsonObject { ["n"] = 0, ["times"] = 10_000 };
        var host = new InMemoryHost();
        var (whole, all) = (new List<string>(), new List<string>());
        var at = new Interpreter(StateMachine.Parse(Loop), host, Identity, input);
        var direct = await at.RunAsync();
        whole.AddRange(at.History.Events.Select(Shown));

        var paused = new Interpreter(StateMachine.Parse(Loop), host, Identity, input) { EventsUntilPause = 777 };
        var (outcome, parts) = (await paused.RunAsync(), 1);
        all.AddRange(paused.History.Events.Select(Shown));
        while (outcome.Next is { } next)
        {
            paused = new Interpreter(StateMachine.Parse(Loop), host, Identity, next) { EventsUntilPause = 777 };
            outcome = await paused.RunAsync();
            all.AddRange(paused.History.Events.Select(Shown));
            Assert.IsLessThan(800, paused.History.Events.Count);
            parts++;
        }

        Assert.IsGreaterThan(40, parts);
        Assert.AreEqual("""{"n":10000,"last":10000}""", outcome.Output!.ToJsonString());
        Assert.AreEqual(direct.Output!.ToJsonString(), outcome.Output.ToJsonString());
        CollectionAssert.AreEqual(whole, all);
    }

    [TestMethod]
    [DataRow("{% ($f := function($x){ $f($x+1) }; $f(1)) %}", ": Expression evaluation timeout: Check for infinite loop")]
    [DataRow("{% ($f := function($x){ 1 + $f($x+1) }; $f(1)) %}", ": Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive.")]
    [DataRow("{% $eval('1+1') %}", ". T1006: Attempted to invoke a non-function")]
    [DataRow("{% $sum('a') %}", ". T0412: Argument 1 of function \"sum\" must be an array of \"numbers\"")]
    public async Task An_expression_without_an_end_is_stopped_by_counting_and_can_be_caught(string expression, string end)
    {
        var machine = JsonNode.Parse("""
            {
              "QueryLanguage": "JSONata",
              "StartAt": "Try",
              "States": {
                "Try": {
                  "Type": "Parallel", "Branches": [{ "StartAt": "In", "States": { "In": { "Type": "Pass", "End": true } } }], "End": true,
                  "Catch": [{ "ErrorEquals": ["States.QueryEvaluationError"], "Output": "{% $states.errorOutput.Cause %}", "Next": "Done" }]
                },
                "Done": { "Type": "Succeed" }
              }
            }
            """)!.AsObject();
        machine["States"]!["Try"]!["Output"] = expression;

        var outcome = await RunAsync(machine);

        Assert.IsTrue(outcome.Succeeded, outcome.Cause);
        StringAssert.EndsWith((string)outcome.Output!, $"specified for the field 'Output' threw an error during evaluation{end}");
    }

    [TestMethod]
    public async Task Fields_of_choice_rules_and_catchers_are_named_with_their_place()
    {
        var choice = await RunAsync(JsonNode.Parse("""
            {
              "QueryLanguage": "JSONata", "StartAt": "C",
              "States": { "C": { "Type": "Choice", "Choices": [{ "Condition": "{% false %}", "Next": "D" }, { "Condition": "{% 1 %}", "Next": "D" }], "Default": "D" }, "D": { "Type": "Succeed" } }
            }
            """)!.AsObject());
        var fail = await RunAsync(JsonNode.Parse("""{"QueryLanguage":"JSONata","StartAt":"F","States":{"F":{"Type":"Fail","Error":"{% 1 %}"}}}""")!.AsObject());

        StringAssert.Contains(choice.Cause!, "specified for the field 'Choices[1]/Condition' returned an unexpected result type. Expected 'boolean', but was 'number'");
        StringAssert.Contains(fail.Cause!, "specified for the field 'Error' returned an unexpected result type. Expected 'string', but was 'number' for value: 1");
    }

    [TestMethod]
    public async Task A_machine_that_takes_too_long_is_timed_out_and_ends_with_that_event()
    {
        var machine = JsonNode.Parse("""{"TimeoutSeconds":10,"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":11,"End":true}}}""")!.AsObject();
        var interpreter = new Interpreter(StateMachine.Parse(machine), new InMemoryHost(), Identity, new JsonObject());

        var outcome = await interpreter.RunAsync();

        Assert.AreEqual((ExecutionStatus.TimedOut, "States.Timeout"), (outcome.Status, outcome.Error));
        Assert.AreEqual("ExecutionTimedOut", interpreter.History.Events[^1].Type);
    }

    [TestMethod]
    public async Task Jitter_and_the_longest_delay_bound_what_a_retry_waits()
    {
        var host = new InMemoryHost(_ => throw new WorkflowFailure("No", null));
        var machine = JsonNode.Parse("""
            {
              "StartAt": "T",
              "States": {
                "T": {
                  "Type": "Task", "Resource": "function:f", "End": true,
                  "Retry": [
                    { "ErrorEquals": ["No"], "IntervalSeconds": 2, "BackoffRate": 3, "MaxDelaySeconds": 10, "MaxAttempts": 4 },
                    { "ErrorEquals": ["States.ALL"], "JitterStrategy": "FULL" }
                  ]
                }
              }
            }
            """)!.AsObject();

        var outcome = await new Interpreter(StateMachine.Parse(machine), host, Identity, new JsonObject()).RunAsync();

        Assert.AreEqual("No", outcome.Error, "a retrier that is used up is not followed by the next");
        CollectionAssert.AreEqual(new[] { 2.0, 6.0, 10.0, 10.0 }, host.Waits.Select(wait => wait.TotalSeconds).ToArray());
    }

    private static Task<ExecutionOutcome> RunAsync(JsonObject machine) =>
        new Interpreter(StateMachine.Parse(machine), new InMemoryHost(), Identity, new JsonObject()).RunAsync();

    private static string Shown(HistoryEvent happened) =>
        $"{happened.Id} {happened.PreviousEventId} {happened.Type} {happened.Details.ToJsonString()}";
}
