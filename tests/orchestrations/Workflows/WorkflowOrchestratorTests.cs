using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Orchestrations.Workflows;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrations.Tests.Fixtures;

namespace Orchestrations.Tests.Workflows;

[TestClass]
public class WorkflowOrchestratorTests
{
    [TestMethod]
    public async Task Recorded_cases_give_the_same_as_an_orchestration()
    {
        await using var hub = await TaskHub.StartAsync(_ => { });
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
            var result = await RunAsync(hub, one["definition"]!, one["input"]);
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
            if (types != string.Join(' ', result.Events.Select(happened => happened.Type)))
            {
                failures.Add($"{one["id"]}: {string.Join(' ', result.Events.Select(happened => happened.Type))} instead of {types}");
            }
        }

        Assert.IsGreaterThan(50, count);
        Assert.IsEmpty(failures, string.Join('\n', failures));
    }

    [TestMethod]
    public async Task The_inference_workflow_of_the_talk_runs_its_functions()
    {
        await using var hub = await TaskHub.StartAsync(tasks =>
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

        var first = await RunAsync(hub, definition, new JsonObject { ["wanted"] = "NewModel" });
        var second = await RunAsync(hub, definition, new JsonObject { ["wanted"] = "Other" });

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

        await using var hub = await TaskHub.StartAsync(tasks => tasks.AddActivityFunc<JsonNode, string>("fails", (_, _) => Fail()));
        var definition = JsonNode.Parse("""
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
            """)!;

        var result = await RunAsync(hub, definition, new JsonObject { ["kept"] = true });

        Assert.AreEqual("SUCCEEDED", result.Status);
        Assert.AreEqual("no luck", (string?)result.Output!["error"]!["Cause"]);
        Assert.IsTrue((bool)result.Output["kept"]!);
        Assert.AreEqual(3, calls);
    }

    [TestMethod]
    public async Task A_task_that_waits_for_its_token_ends_with_the_answer_that_is_sent_to_it()
    {
        var asked = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var hub = await TaskHub.StartAsync(tasks => tasks.AddActivityFunc<JsonNode, string>("ask", (_, question) =>
        {
            asked.TrySetResult((string)question["token"]!);
            return "asked";
        }));
        var definition = JsonNode.Parse("""
            {
              "StartAt": "Ask",
              "States": {
                "Ask": {
                  "Type": "Task", "Resource": "function:ask.waitForTaskToken", "TimeoutSeconds": 600, "End": true,
                  "Parameters": { "token.$": "$$.Task.Token" }
                }
              }
            }
            """)!;
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync(
            nameof(WorkflowOrchestrator), new WorkflowInput("asks", Element(definition), Element(new JsonObject())), hub.Timeout);

        var token = await asked.Task.WaitAsync(hub.Timeout);
        await hub.Client.RaiseEventAsync(id, $"task-{token}", new { Output = "yes" }, hub.Timeout);
        var ended = await hub.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, hub.Timeout);

        Assert.AreEqual("yes", (string?)ended.ReadOutputAs<WorkflowResult>()!.Output);
    }

    private static async Task<WorkflowResult> RunAsync(TaskHub hub, JsonNode definition, JsonNode? input)
    {
        var ended = await hub.RunAsync(nameof(WorkflowOrchestrator), new WorkflowInput("machine", Element(definition), Element(input)));
        Assert.AreEqual(OrchestrationRuntimeStatus.Completed, ended.RuntimeStatus, ended.FailureDetails?.ToString());
        return ended.ReadOutputAs<WorkflowResult>()!;
    }

    private static JsonElement Element(JsonNode? node) => JsonSerializer.SerializeToElement(node);
}
