using System.Text.Json.Nodes;
using DurableMl.Orchestrations.Workflows;
using Microsoft.DurableTask;
using Orchestrations.Tests.Fixtures;

namespace Orchestrations.Tests.Workflows;

[TestClass]
public sealed class WorkflowOrchestratorTests
{
    [TestMethod]
    public async Task Recorded_cases_give_the_same_as_an_orchestration()
    {
        await using var hub = await WorkflowHub.StartAsync();
        var failures = new List<string>();
        var count = 0;
        foreach (var one in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Workflows", "cases.jsonl")).Select(line => JsonNode.Parse(line)!))
        {
            var area = one["area"]!.GetValue<string>();
            var isComparable = one["kind"]!.GetValue<string>() == "execution" && one["masked"] is null && one["expected"]!["eventTypes"] is not null
                && one["expected"]!["eventOrder"]!.GetValue<string>() == "total";
            if (!isComparable || area is not ("scenarios" or "assign" or "base" or "evaluate_jsonata" or "query_language" or "outputdecl"))
            {
                continue;
            }

            count++;
            var id = await hub.StartAsync(one["definition"]!, one["input"]);
            var result = await hub.EndAsync(id);
            var expected = one["expected"]!;
            foreach (var (field, actual) in ((string, JsonNode?)[])
                [("status", result.Status), ("output", result.Output), ("error", result.Error), ("cause", result.Cause)])
            {
                if (!JsonNode.DeepEquals(expected[field], actual))
                {
                    failures.Add($"{one["id"]}: {field} is {actual?.ToJsonString()} instead of {expected[field]?.ToJsonString()}");
                }
            }

            var types = string.Join(' ', expected["eventTypes"]!.AsArray());
            if (types != await hub.TypesAsync(id))
            {
                failures.Add($"{one["id"]}: {await hub.TypesAsync(id)} instead of {types}");
            }
        }

        Assert.IsGreaterThan(50, count);
        Assert.IsEmpty(failures, string.Join('\n', failures));
    }

    [TestMethod]
    public async Task The_inference_workflow_of_the_talk_runs_its_functions()
    {
        await using var hub = await WorkflowHub.StartAsync(tasks =>
        {
            tasks.AddActivityFunc<JsonNode, JsonNode>("mapper", (_, input) => new JsonObject { ["model_type"] = input["wanted"]!.DeepClone() });
            tasks.AddActivityFunc<JsonNode, string>("inference-old", (_, _) => "old");
            tasks.AddActivityFunc<JsonNode, string>("inference-new", (_, _) => "new");
            tasks.AddActivityFunc<string, string>("publisher", (_, model) => $"published by {model}");
        });
        var definition = JsonNode.Parse("""
            {
              "StartAt": "StartStepF",
              "States": {
                "StartStepF": { "Type": "Task", "Resource": "function:mapper", "Next": "ChoiceStepF" },
                "ChoiceStepF": {
                  "Type": "Choice",
                  "Choices": [{ "Variable": "$.model_type", "StringEquals": "NewModel", "Next": "NewModel" }],
                  "Default": "OldModel"
                },
                "OldModel": { "Type": "Task", "Resource": "function:inference-old", "Next": "PublishStepF" },
                "NewModel": { "Type": "Task", "Resource": "function:inference-new", "Next": "PublishStepF" },
                "PublishStepF": { "Type": "Task", "Resource": "function:publisher", "End": true }
              }
            }
            """)!;

        var first = await hub.RunAsync(definition, new JsonObject { ["wanted"] = "NewModel" });
        var second = await hub.RunAsync(definition, new JsonObject { ["wanted"] = "Other" });

        Assert.AreEqual("published by new", (string?)first.Output);
        Assert.AreEqual("published by old", (string?)second.Output);
    }

    [TestMethod]
    public async Task A_failing_function_is_retried_and_then_caught_by_the_name_of_its_exception()
    {
        var calls = 0;
        string Fail()
        {
            Interlocked.Increment(ref calls);
            throw new InvalidOperationException("no luck");
        }

        await using var hub = await WorkflowHub.StartAsync(tasks => tasks.AddActivityFunc<JsonNode, string>("fails", (_, _) => Fail()));
        var id = await hub.StartAsync(
            JsonNode.Parse("""
            {
              "StartAt": "Try",
              "States": {
                "Try": {
                  "Type": "Task", "Resource": "function:fails", "End": true,
                  "Retry": [{ "ErrorEquals": ["InvalidOperationException"], "IntervalSeconds": 1, "MaxAttempts": 2, "BackoffRate": 1 }],
                  "Catch": [{ "ErrorEquals": ["InvalidOperationException"], "ResultPath": "$.error", "Next": "Done" }]
                },
                "Done": { "Type": "Succeed" }
              }
            }
            """)!,
            new JsonObject { ["kept"] = true });

        var result = await hub.EndAsync(id);

        Assert.AreEqual("SUCCEEDED", result.Status);
        Assert.AreEqual("no luck", (string?)result.Output!["error"]!["Cause"]);
        Assert.IsTrue((bool)result.Output["kept"]!);
        Assert.AreEqual(3, calls);
        Assert.AreEqual(
            "ExecutionStarted TaskStateEntered LambdaFunctionScheduled LambdaFunctionStarted LambdaFunctionFailed LambdaFunctionScheduled LambdaFunctionStarted "
            + "LambdaFunctionFailed LambdaFunctionScheduled LambdaFunctionStarted LambdaFunctionFailed TaskStateExited SucceedStateEntered SucceedStateExited ExecutionSucceeded",
            await hub.TypesAsync(id));
    }

    [TestMethod]
    public async Task A_loop_of_ten_thousand_states_goes_on_as_new_with_its_variables_and_one_history()
    {
        const int Times = 5000;
        await using var hub = await WorkflowHub.StartAsync();
        var id = await hub.StartAsync(
            JsonNode.Parse("""
            {
              "QueryLanguage": "JSONata",
              "StartAt": "Begin",
              "States": {
                "Begin": { "Type": "Pass", "Assign": { "i": 0 }, "Next": "Count" },
                "Count": { "Type": "Pass", "Assign": { "i": "{% $i + 1 %}" }, "Next": "More" },
                "More": { "Type": "Choice", "Choices": [{ "Condition": "{% $i < $states.context.Execution.Input.times %}", "Next": "Count" }], "Default": "Done" },
                "Done": { "Type": "Succeed", "Output": "{% $i %}" }
              }
            }
            """)!,
            new JsonObject { ["times"] = Times });

        var result = await hub.EndAsync(id);

        Assert.AreEqual(Times, (int?)result.Output, result.Cause);
        var ids = (await hub.EventsAsync(id, pageSize: 700)).Select(happened => (int)happened["id"]!).ToList();
        CollectionAssert.AreEqual(Enumerable.Range(1, ids.Count).ToList(), ids);
        Assert.AreEqual(1 + (2 * (1 + Times + Times + 1)) + 1, ids.Count);
        var listed = (await hub.Log.ListAsync("machine", null, 1000, CancellationToken.None)).Executions.Single(entry => entry.ExecutionId == id);
        Assert.AreEqual(("SUCCEEDED", 1), (listed.Status, listed.Version));
    }

    [TestMethod]
    public async Task An_execution_that_is_stopped_is_aborted_with_what_was_said()
    {
        await using var hub = await WorkflowHub.StartAsync();
        var id = await hub.StartAsync(JsonNode.Parse("""{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":3600,"End":true}}}""")!);
        await hub.Hub.UntilAsync(id, instance => instance.RuntimeStatus == Microsoft.DurableTask.Client.OrchestrationRuntimeStatus.Running);

        await hub.Hub.Client.RaiseEventAsync(id, WorkflowOrchestrator.Stop, new StopRequest("Stopped", "enough"), hub.Hub.Timeout);

        var result = await hub.EndAsync(id);
        Assert.AreEqual(("ABORTED", "Stopped", "enough"), (result.Status, result.Error, result.Cause));
        Assert.AreEqual("ExecutionStarted WaitStateEntered ExecutionAborted", await hub.TypesAsync(id));
    }

    [TestMethod]
    public async Task A_machine_that_takes_too_long_is_timed_out()
    {
        await using var hub = await WorkflowHub.StartAsync();
        var id = await hub.StartAsync(JsonNode.Parse("""{"TimeoutSeconds":1,"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":3600,"End":true}}}""")!);

        var result = await hub.EndAsync(id);

        Assert.AreEqual(("TIMED_OUT", "States.Timeout"), (result.Status, result.Error));
        Assert.AreEqual("ExecutionStarted WaitStateEntered ExecutionTimedOut", await hub.TypesAsync(id));
    }

    [TestMethod]
    public async Task Items_of_a_distributed_map_run_beside_the_execution_and_some_may_fail()
    {
        await using var hub = await WorkflowHub.StartAsync(tasks => tasks.AddActivityFunc<int, int>("square", (_, n) => n % 100 == 7 ? throw new InvalidOperationException("seven") : n * n));
        var id = await hub.StartAsync(
            JsonNode.Parse("""
            {
              "StartAt": "Each",
              "States": {
                "Each": {
                  "Type": "Map", "ItemsPath": "$.items", "ItemSelector": { "n.$": "$$.Map.Item.Value" }, "MaxConcurrency": 8, "ToleratedFailureCount": 3, "End": true,
                  "ItemProcessor": {
                    "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
                    "StartAt": "Square",
                    "States": { "Square": { "Type": "Task", "Resource": "function:square", "InputPath": "$.n", "End": true } }
                  }
                }
              }
            }
            """)!,
            new JsonObject { ["items"] = new JsonArray([.. Enumerable.Range(0, 300).Select(n => JsonValue.Create(n))]) });

        var result = await hub.EndAsync(id);

        Assert.AreEqual("SUCCEEDED", result.Status, $"{result.Error}: {result.Cause}");
        var squares = result.Output!.AsArray();
        Assert.HasCount(300, squares);
        Assert.AreEqual(299 * 299, (int?)squares[299]);
        Assert.IsNull(squares[107]);
        Assert.AreEqual("ExecutionStarted MapStateEntered MapStateStarted MapRunStarted MapRunSucceeded MapStateSucceeded MapStateExited ExecutionSucceeded", await hub.TypesAsync(id));
    }

    [TestMethod]
    public async Task A_distributed_map_of_ten_thousand_items_keeps_the_executions_history_short()
    {
        await using var hub = await WorkflowHub.StartAsync();
        var id = await hub.StartAsync(
            JsonNode.Parse("""
            {
              "StartAt": "Each",
              "States": {
                "Each": {
                  "Type": "Map", "ItemsPath": "$.items", "End": true,
                  "ItemProcessor": {
                    "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
                    "StartAt": "Add", "States": { "Add": { "Type": "Pass", "Parameters": { "n.$": "States.MathAdd($, 1)" }, "OutputPath": "$.n", "End": true } }
                  }
                }
              }
            }
            """)!,
            new JsonObject { ["items"] = new JsonArray([.. Enumerable.Range(0, 10_000).Select(n => JsonValue.Create(n))]) });

        var result = await hub.EndAsync(id);

        Assert.AreEqual("SUCCEEDED", result.Status, $"{result.Error}: {result.Cause}");
        Assert.AreEqual(Enumerable.Range(1, 10_000).Sum(), result.Output!.AsArray().Sum(n => (int)n!));
        Assert.HasCount(8, await hub.EventsAsync(id));
    }

    [TestMethod]
    public async Task An_execution_that_was_stopped_is_redriven_with_its_variables()
    {
        await using var hub = await WorkflowHub.StartAsync();
        var activity = Storage.NewName("work");
        var id = await hub.StartAsync(JsonNode.Parse($$"""
            {
              "QueryLanguage": "JSONata", "StartAt": "Set",
              "States": {
                "Set": { "Type": "Pass", "Assign": { "x": 7 }, "Next": "Work" },
                "Work": { "Type": "Task", "Resource": "activity:{{activity}}", "Output": "{% [$x, $states.context.Execution.RedriveCount] %}", "End": true }
              }
            }
            """)!);
        await Eventually.TrueAsync(async () => (await hub.Tasks.WaitingAsync(activity, 1, hub.Hub.Timeout)).Count == 1, "it waits");
        await hub.Hub.Client.RaiseEventAsync(id, WorkflowOrchestrator.Stop, new StopRequest(), hub.Hub.Timeout);
        await hub.EndAsync(id);

        var starter = new ExecutionStarter(null!, TimeProvider.System);
        Assert.IsTrue(await starter.RedriveAsync(hub.Hub.Client, (await hub.Hub.Client.GetInstanceAsync(id, getInputsAndOutputs: true, hub.Hub.Timeout))!, hub.Hub.Timeout));
        var task = await Eventually.GetAsync(() => hub.Tasks.TakeAsync(activity, null, hub.Hub.Timeout), "it waits again");
        await hub.Tasks.AnswerAsync(hub.Hub.Client, task.Token, new TaskAnswer(IsFailure: false), hub.Hub.Timeout);

        var result = await hub.EndAsync(id);
        Assert.AreEqual("[7,1]", result.Output?.ToJsonString(), result.Cause);
        Assert.IsFalse(await starter.RedriveAsync(hub.Hub.Client, (await hub.Hub.Client.GetInstanceAsync(id, getInputsAndOutputs: true, hub.Hub.Timeout))!, hub.Hub.Timeout), "what has succeeded is done");
    }

    [TestMethod]
    public async Task Items_that_wait_elsewhere_are_taken_back_when_the_execution_is_stopped()
    {
        await using var hub = await WorkflowHub.StartAsync();
        var activity = Storage.NewName("work");
        var id = await hub.StartAsync(JsonNode.Parse($$"""
            {
              "StartAt": "Each",
              "States": {
                "Each": {
                  "Type": "Map", "End": true,
                  "ItemProcessor": {
                    "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
                    "StartAt": "Work", "States": { "Work": { "Type": "Task", "Resource": "activity:{{activity}}", "End": true } }
                  }
                }
              }
            }
            """)!, new JsonArray(1, 2));
        await Eventually.TrueAsync(async () => (await hub.Tasks.WaitingAsync(activity, 2, hub.Hub.Timeout)).Count == 2, "both items wait");

        await hub.Hub.Client.RaiseEventAsync(id, WorkflowOrchestrator.Stop, new StopRequest(), hub.Hub.Timeout);

        Assert.AreEqual("ABORTED", (await hub.EndAsync(id)).Status);
        await Eventually.TrueAsync(async () => (await hub.Tasks.WaitingAsync(activity, 2, hub.Hub.Timeout)).Count == 0, "nothing waits any more");
    }

    [TestMethod]
    public async Task A_branch_that_fails_is_caught_while_the_one_beside_it_still_waits()
    {
        await using var hub = await WorkflowHub.StartAsync();
        var id = await hub.StartAsync(JsonNode.Parse("""
            {
              "StartAt": "Both",
              "States": {
                "Both": {
                  "Type": "Parallel", "End": true,
                  "Branches": [
                    { "StartAt": "Long", "States": { "Long": { "Type": "Wait", "Seconds": 3600, "End": true } } },
                    { "StartAt": "Short", "States": { "Short": { "Type": "Wait", "Seconds": 1, "Next": "No" }, "No": { "Type": "Fail", "Error": "No" } } }
                  ],
                  "Catch": [{ "ErrorEquals": ["No"], "Next": "Done" }]
                },
                "Done": { "Type": "Succeed" }
              }
            }
            """)!);

        var result = await hub.EndAsync(id);

        Assert.AreEqual("SUCCEEDED", result.Status, result.Cause);
        Assert.AreEqual("No", (string?)result.Output!["Error"]);
    }
}
