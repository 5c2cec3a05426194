using System.Text.Json.Nodes;
using DurableMl.Orchestrations.Workflows;
using DurableMl.Orchestrations.Workflows.Targets;
using Microsoft.DurableTask;
using Orchestrations.Tests.Fixtures;

namespace Orchestrations.Tests.Workflows;

[TestClass]
public sealed class WaitingTaskTests
{
    [TestMethod]
    public async Task A_task_that_waits_for_its_token_ends_with_the_first_answer_that_is_sent_to_it()
    {
        var asked = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var hub = await WorkflowHub.StartAsync(tasks => tasks.AddActivityFunc<JsonNode, string>("ask", (_, question) =>
        {
            asked.TrySetResult((string)question["token"]!);
            return "asked";
        }));
        var id = await hub.StartAsync(JsonNode.Parse("""
            {
              "StartAt": "Ask",
              "States": {
                "Ask": {
                  "Type": "Task", "Resource": "function:ask.waitForTaskToken", "TimeoutSeconds": 600, "End": true,
                  "Parameters": { "token.$": "$$.Task.Token" }
                }
              }
            }
            """)!);

        var token = await asked.Task.WaitAsync(hub.Hub.Timeout);
        var first = await hub.Tasks.AnswerAsync(hub.Hub.Client, token, new TaskAnswer(false, "yes"), hub.Hub.Timeout);
        var second = await hub.Tasks.AnswerAsync(hub.Hub.Client, token, new TaskAnswer(false, "no"), hub.Hub.Timeout);

        Assert.AreEqual(TaskReception.Taken, first);
        Assert.AreNotEqual(TaskReception.Taken, second);
        Assert.AreEqual("yes", (string?)(await hub.EndAsync(id)).Output);
        Assert.AreEqual(TaskReception.Unknown, await hub.Tasks.AnswerAsync(hub.Hub.Client, token, new TaskAnswer(false, "no"), hub.Hub.Timeout));
    }

    [TestMethod]
    public async Task One_worker_takes_a_task_and_a_lost_worker_is_replaced()
    {
        await using var hub = await WorkflowHub.StartAsync();
        var activity = Storage.NewName("work");
        var id = await hub.StartAsync(
            JsonNode.Parse($$"""
            {
              "StartAt": "Work",
              "States": {
                "Work": {
                  "Type": "Task", "Resource": "activity:{{activity}}", "HeartbeatSeconds": 5, "End": true,
                  "Retry": [{ "ErrorEquals": ["States.HeartbeatTimeout"], "IntervalSeconds": 1, "MaxAttempts": 1 }]
                }
              }
            }
            """)!,
            new JsonObject { ["page"] = 7 });

        var lost = await hub.TakeAsync(activity);
        Assert.IsNull(await hub.Tasks.TakeAsync(activity, "another", hub.Hub.Timeout));
        var found = await hub.TakeAsync(activity);

        Assert.AreNotEqual(lost.Token, found.Token);
        Assert.AreEqual(7, (int?)found.Input!["page"]);
        Assert.AreEqual(TaskReception.Unknown, await hub.Tasks.BeatAsync(lost.Token, hub.Hub.Timeout), "the lost worker's token is void");
        Assert.AreEqual(TaskReception.Taken, await hub.Tasks.BeatAsync(found.Token, hub.Hub.Timeout));
        Assert.AreEqual(TaskReception.Taken, await hub.Tasks.AnswerAsync(hub.Hub.Client, found.Token, new TaskAnswer(false, "done"), hub.Hub.Timeout));
        Assert.AreEqual("done", (string?)(await hub.EndAsync(id)).Output);
        StringAssert.Contains(await hub.TypesAsync(id), "ActivityScheduled ActivityStarted ActivityTimedOut ActivityScheduled ActivityStarted ActivitySucceeded");
    }

    [TestMethod]
    public async Task A_worker_that_gives_signs_is_waited_for_and_its_failure_is_the_tasks()
    {
        await using var hub = await WorkflowHub.StartAsync();
        var activity = Storage.NewName("work");
        var id = await hub.StartAsync(Working(activity, "HeartbeatSeconds", 5));

        var task = await hub.TakeAsync(activity);
        for (var i = 0; i < 12; i++)
        {
            Assert.AreEqual(TaskReception.Taken, await hub.Tasks.BeatAsync(task.Token, hub.Hub.Timeout));
            await Task.Delay(500, hub.Hub.Timeout);
        }

        await hub.Tasks.AnswerAsync(hub.Hub.Client, task.Token, new TaskAnswer(true, null, "Torn", "the page is torn"), hub.Hub.Timeout);

        var result = await hub.EndAsync(id);
        Assert.AreEqual(("FAILED", "Torn", "the page is torn"), (result.Status, result.Error, result.Cause));
    }

    [TestMethod]
    public async Task A_task_that_nobody_answers_in_time_is_withdrawn_as_is_one_of_an_execution_that_is_stopped()
    {
        await using var hub = await WorkflowHub.StartAsync();
        var (timed, stopped) = (Storage.NewName("work"), Storage.NewName("work"));
        var id = await hub.StartAsync(Working(timed, "TimeoutSeconds", 1));
        var other = await hub.StartAsync(Working(stopped, "TimeoutSeconds", 3600));
        await Eventually.TrueAsync(async () => (await hub.Tasks.WaitingAsync(stopped, 1, hub.Hub.Timeout)).Count == 1, "the task waits");
        await hub.Hub.Client.RaiseEventAsync(other, WorkflowOrchestrator.Stop, new StopRequest(), hub.Hub.Timeout);

        Assert.AreEqual(("FAILED", "States.Timeout"), ((await hub.EndAsync(id)) is var ended ? (ended.Status, ended.Error) : default));
        Assert.AreEqual("ABORTED", (await hub.EndAsync(other)).Status);
        Assert.IsEmpty(await hub.Tasks.WaitingAsync(timed, 1, hub.Hub.Timeout));
        Assert.IsEmpty(await hub.Tasks.WaitingAsync(stopped, 1, hub.Hub.Timeout));
    }

    [TestMethod]
    [DataRow("batch:submitJob.waitForTaskToken")]
    [DataRow("container:runJob.waitForTaskToken")]
    public async Task A_job_that_was_begun_with_a_token_is_ended_when_its_execution_is_stopped(string resource)
    {
        var begun = new TaskCompletionSource<RemoteJob>(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource<RemoteJob>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var hub = await WorkflowHub.StartAsync(tasks =>
        {
            tasks.AddActivityFunc<RemoteJob, string>(nameof(StartRemoteJob), (_, job) =>
            {
                begun.TrySetResult(job);
                return "what the service calls it";
            });
            tasks.AddActivityFunc<RemoteJob>(nameof(EndRemoteJob), (_, job) => ended.TrySetResult(job));
        });
        var id = await hub.StartAsync(new JsonObject
        {
            ["StartAt"] = "Work",
            ["States"] = new JsonObject { ["Work"] = new JsonObject { ["Type"] = "Task", ["Resource"] = resource, ["End"] = true } },
        });

        var job = await begun.Task.WaitAsync(hub.Hub.Timeout);
        await hub.Hub.Client.RaiseEventAsync(id, WorkflowOrchestrator.Stop, new StopRequest(), hub.Hub.Timeout);

        Assert.AreEqual("ABORTED", (await hub.EndAsync(id)).Status);
        Assert.AreEqual(job with { Arguments = null, Handle = "what the service calls it" }, await ended.Task.WaitAsync(hub.Hub.Timeout));
    }

    private static JsonObject Working(string activity, string limit, int seconds) => new()
    {
        ["StartAt"] = "Work",
        ["States"] = new JsonObject
        {
            ["Work"] = new JsonObject { ["Type"] = "Task", ["Resource"] = "activity:" + activity, [limit] = seconds, ["End"] = true },
        },
    };
}
