using DurableTask.Core;
using DurableTask.Core.History;

namespace DurableTask.Sqlite.Tests;

/// <summary>What comes to an orchestration from outside while it lives: events, a pause, an end, a time to start.</summary>
[TestClass]
public sealed class LifecycleTests
{
    [TestMethod]
    public async Task Events_arrive_in_order_before_and_after_the_wait_for_them()
    {
        await using var hub = await new Hub().WithEvents().StartAsync();
        var instance = await hub.StartAsync("collect", 6);
        for (var i = 0; i < 6; i++)
        {
            await hub.Client.RaiseEventAsync(instance, "event", i);
        }

        Assert.AreEqual("\"0,1,2,3,4,5\"", (await hub.WaitAsync(instance)).Output);
    }

    [TestMethod]
    public async Task Events_for_an_instance_that_is_not_there_or_has_finished_leave_nothing()
    {
        await using var hub = await new Hub().WithSteps().StartAsync();
        var instance = await hub.StartAsync("steps", 1);
        await hub.WaitAsync(instance);

        await hub.Client.RaiseEventAsync(new OrchestrationInstance { InstanceId = instance.InstanceId }, "late", 1);
        await hub.Client.RaiseEventAsync(new OrchestrationInstance { InstanceId = "nobody" }, "lost", 1);

        Assert.AreEqual(0, await hub.CountAsync("messages"));
        Assert.AreEqual(1, await hub.CountAsync("instances"));
    }

    [TestMethod]
    public async Task Continue_as_new_keeps_the_instance_and_drops_its_history_and_timers()
    {
        await using var hub = await new Hub().WithSteps()
            .Orchestration("loop", async (OrchestrationContext context, int round) =>
            {
                using var cancellation = new CancellationTokenSource();
                _ = context.CreateTimer(context.CurrentUtcDateTime.AddDays(1), "left behind", cancellation.Token);
                await context.ScheduleTask<int>("increment", "", round);
                cancellation.Cancel(); // not CancelAsync: an orchestration must not leave its thread
                if (round < 20)
                {
                    context.ContinueAsNew(round + 1);
                }

                return round;
            })
            .StartAsync();
        var instance = await hub.StartAsync("loop", 0);

        var state = await hub.WaitAsync(instance);

        Assert.AreEqual("20", state.Output);
        Assert.AreEqual("20", state.Input);
        Assert.AreEqual(0, await hub.CountAsync("messages"));
        Assert.IsTrue((await hub.HistoryAsync(instance.InstanceId)).Count < 15);
    }

    [TestMethod]
    public async Task Events_survive_continue_as_new()
    {
        // Each round takes one event; the others wait in the message queue or in the worker.
        await using var hub = await new Hub().Carrying().StartAsync();
        var instance = await hub.StartAsync("carry", Array.Empty<int>());
        var current = new OrchestrationInstance { InstanceId = instance.InstanceId };
        for (var i = 0; i < 30; i++)
        {
            await hub.Client.RaiseEventAsync(current, "event", i);
        }

        Assert.AreEqual("[" + string.Join(',', Enumerable.Range(0, 30)) + "]", (await hub.WaitAsync(instance)).Output);
    }

    [TestMethod]
    public async Task A_suspended_orchestration_waits_until_it_is_resumed_and_does_not_spin()
    {
        await using var hub = await new Hub().WithEvents().StartAsync();
        var instance = await hub.StartAsync("collect", 2);
        await hub.WaitForStatusAsync(instance.InstanceId, OrchestrationStatus.Running);
        await hub.Client.SuspendInstanceAsync(instance, "pause");
        await hub.WaitForStatusAsync(instance.InstanceId, OrchestrationStatus.Suspended);
        await hub.Client.RaiseEventAsync(instance, "event", 1);
        await hub.Client.RaiseEventAsync(instance, "event", 2);
        await Eventually.TrueAsync(async () => await hub.CountAsync("messages") == 0, "the events are in the history");
        var turns = await hub.CountAsync("history");

        Assert.AreEqual(OrchestrationStatus.Suspended, (await hub.Service.GetOrchestrationStateAsync(instance.InstanceId, executionId: null)).OrchestrationStatus);
        await hub.Client.ResumeInstanceAsync(instance, "go on");

        Assert.AreEqual("\"1,2\"", (await hub.WaitAsync(instance)).Output);
        Assert.AreEqual(turns + 1, await hub.CountAsync("history"));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task A_terminated_orchestration_ends_with_the_reason_as_its_output(bool suspended)
    {
        await using var hub = await new Hub().WithEvents().StartAsync();
        var instance = await hub.StartAsync("wait");
        await hub.WaitForStatusAsync(instance.InstanceId, OrchestrationStatus.Running);
        if (suspended)
        {
            await hub.Client.SuspendInstanceAsync(instance, "pause");
            await hub.WaitForStatusAsync(instance.InstanceId, OrchestrationStatus.Suspended);
        }

        await hub.Client.TerminateInstanceAsync(instance, "enough");

        var state = await hub.WaitAsync(instance);
        Assert.AreEqual(OrchestrationStatus.Terminated, state.OrchestrationStatus);
        Assert.AreEqual("enough", state.Output);
    }

    [TestMethod]
    public async Task A_scheduled_orchestration_starts_in_time_with_the_events_that_came_before()
    {
        await using var hub = await new Hub().WithEvents().StartAsync();
        var start = DateTime.UtcNow.AddMilliseconds(300);
        var instance = await hub.Client.CreateScheduledOrchestrationInstanceAsync("collect", "", "scheduled", 1, start);
        await hub.Client.RaiseEventAsync(instance, "event", 7);
        Assert.AreEqual(OrchestrationStatus.Pending, (await hub.Service.GetOrchestrationStateAsync("scheduled", executionId: null)).OrchestrationStatus);

        var state = await hub.WaitAsync(instance);

        Assert.AreEqual("\"7\"", state.Output);
        Assert.IsTrue(state.CompletedTime >= start);
    }

    [TestMethod]
    public async Task A_scheduled_orchestration_can_be_terminated_before_it_starts()
    {
        await using var hub = await new Hub().WithEvents().StartAsync();
        var instance = await hub.Client.CreateScheduledOrchestrationInstanceAsync("wait", "", "far", null, DateTime.UtcNow.AddDays(20));

        await hub.Client.TerminateInstanceAsync(instance, "not needed");

        var state = await hub.WaitAsync(instance);
        Assert.AreEqual(OrchestrationStatus.Terminated, state.OrchestrationStatus);
        Assert.AreEqual("not needed", state.Output);
        Assert.AreEqual(0, await hub.CountAsync("messages"));
    }

    [TestMethod]
    public async Task A_result_that_comes_after_the_end_is_dropped()
    {
        var release = new TaskCompletionSource<string>();
        await using var hub = await new Hub()
            .AsyncActivity("slow", (string _) => release.Task)
            .Orchestration("impatient", async (OrchestrationContext context, string _) => await context.ScheduleTask<string>("slow", "", ""))
            .StartAsync();
        var instance = await hub.StartAsync("impatient");
        await hub.WaitForStatusAsync(instance.InstanceId, OrchestrationStatus.Running);
        await hub.Client.TerminateInstanceAsync(instance, "too slow");
        await hub.WaitAsync(instance);

        release.SetResult("late");

        await Eventually.TrueAsync(async () => await hub.CountAsync("activities") == 0, "the activity is done with");
        Assert.AreEqual(0, await hub.CountAsync("messages"));
        Assert.AreEqual(OrchestrationStatus.Terminated, (await hub.Service.GetOrchestrationStateAsync(instance.InstanceId, executionId: null)).OrchestrationStatus);
    }
}
