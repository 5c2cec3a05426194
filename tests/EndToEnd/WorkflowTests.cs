using System.Diagnostics;
using System.Text.Json.Nodes;
using DurableMl.Cli.Hosting;
using DurableMl.Cli.Workflows;
using EndToEnd.Tests.Fixtures;

namespace EndToEnd.Tests;

/// <summary>Workflows on the whole of it, with a worker in Python, and kill -9.</summary>
[TestClass]
public sealed class WorkflowTests
{
    private const string FunctionsHost = "Functions host";

    private const string Definition = """
        {
          "StartAt": "Pause",
          "States": {
            "Pause": { "Type": "Wait", "Seconds": 5, "Next": "Each" },
            "Each": {
              "Type": "Map",
              "ItemsPath": "$.items",
              "MaxConcurrency": 2,
              "ItemProcessor": {
                "StartAt": "Work",
                "States": {
                  "Work": {
                    "Type": "Task", "Resource": "activity:square", "HeartbeatSeconds": 120, "End": true,
                    "Retry": [{ "ErrorEquals": ["States.HeartbeatTimeout"], "MaxAttempts": 3 }]
                  }
                }
              },
              "ResultPath": "$.squares",
              "Next": "Again"
            },
            "Again": {
              "Type": "Task", "Resource": "model:infer", "Parameters": { "model": "no-such-model", "inputs": [] },
              "Retry": [{ "ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 5, "MaxAttempts": 1 }],
              "Catch": [{ "ErrorEquals": ["States.TaskFailed"], "ResultPath": "$.failed", "Next": "Decide" }],
              "Next": "Decide"
            },
            "Decide": { "Type": "Task", "Resource": "approval", "ResultPath": "$.decision", "End": true }
          }
        }
        """;

    [TestMethod]
    public async Task An_execution_survives_the_death_of_its_host_in_a_wait_a_map_a_retry_and_a_decision()
    {
        using var state = new TemporaryFolder();
        await using var up = await Up.StartAsync(state.Path);
        var client = new WorkflowsClient(up.Http, TimeProvider.System);
        await client.PushAsync("killed", Definition, null, CancellationToken.None);
        var started = await client.StartAsync("killed", null, "killed-1", """{"items":[1,2,3,4,5,6]}""", CancellationToken.None);
        await ReachAsync(up, "WaitStateEntered", 1);
        await up.KillServiceAsync(FunctionsHost);

        await ReachAsync(up, "ActivityStarted", 1);
        using var worker = StartWorker(up, HostKey.Read(state.Path));
        await ReachAsync(up, "ActivitySucceeded", 2);
        await up.KillServiceAsync(FunctionsHost);

        await ReachAsync(up, "TaskFailed", 1);
        await up.KillServiceAsync(FunctionsHost);

        await ReachAsync(up, "TaskFailed", 2);
        await up.KillServiceAsync(FunctionsHost);
        var waiting = await Eventually.GetAsync(
            () => AskAsync(async () => JsonNode.Parse(await up.Http.GetStringAsync(new Uri("api/workflows/activities/approval/tasks", UriKind.Relative)))!["tasks"]![0]),
            "a person is asked",
            () => up.Output);
        await Eventually.TrueAsync(
            () => AskAsync(async () =>
            {
                using var content = new StringContent("""{"approved":true}""", System.Text.Encoding.UTF8, "application/json");
                using var answer = await up.Http.PostAsync(new Uri($"api/workflows/tasks/{waiting["taskToken"]}/success", UriKind.Relative), content);
                return answer.IsSuccessStatusCode;
            }),
            "the decision is taken",
            () => up.Output);

        var events = new List<JsonObject>();
        var ended = await client.FollowAsync(
            started.ExecutionId!,
            happened =>
            {
                events.Add(happened);
                return Task.CompletedTask;
            },
            CancellationToken.None);
        Assert.AreEqual("SUCCEEDED", ended.Status, $"{ended.Error}: {ended.Cause}\n{up.Output}");
        var output = JsonNode.Parse(ended.Output!.Value.GetRawText())!;
        Assert.AreEqual("[1,4,9,16,25,36]", output["squares"]!.ToJsonString());
        Assert.IsTrue((bool)output["decision"]!["approved"]!);
        CollectionAssert.AreEqual(Enumerable.Range(1, events.Count).ToArray(), events.Select(happened => (int)happened["id"]!).ToArray());
        Assert.AreEqual(2, events.Count(happened => (string)happened["type"]! == "TaskFailed"), "it is tried twice");
        Assert.AreEqual(6, events.Count(happened => (string)happened["type"]! == "ActivitySucceeded"), "each square counts once");
    }

    private static Process StartWorker(Up up, string key)
    {
        var start = new ProcessStartInfo(
            Repository.Python,
            [
                Path.Combine(Repository.Root, "examples", "workflows", "worker.py"), "--server", LocalHost.FunctionsUrl(up.Ports).ToString(), "--activity", "square", "--count", "6",
                "--", Repository.Python, "-c", "import json, sys; print(json.load(sys.stdin) ** 2)",
            ]);
        start.Environment["DURABLEML_KEY"] = key;
        return Process.Start(start)!;
    }

    private static Task ReachAsync(Up up, string type, int count) => Eventually.TrueAsync(
        () => AskAsync(async () =>
        {
            var history = await up.Http.GetStringAsync(new Uri("api/workflows/executions/killed-1/history", UriKind.Relative));
            return JsonNode.Parse(history)!["events"]!.AsArray().Count(happened => (string)happened!["type"]! == type) >= count;
        }),
        $"{type} happened {count} times",
        () => up.Output);

    // The host may be starting again.
    private static async Task<T?> AskAsync<T>(Func<Task<T?>> ask)
    {
        try
        {
            return await ask();
        }
        catch (HttpRequestException)
        {
            await Task.Delay(100);
            return default;
        }
    }
}
