using System.Diagnostics;
using DurableTask.Core;
using DurableTask.Core.Exceptions;
using DurableTask.Core.History;

namespace DurableTask.Sqlite.Tests;

[TestClass]
public sealed class OrchestrationTests
{
    [TestMethod]
    public async Task Five_steps_run_one_after_the_other()
    {
        await using var hub = await new Hub().WithSteps().StartAsync();

        var state = await hub.RunAsync("steps", 5);

        Assert.AreEqual(OrchestrationStatus.Completed, state.OrchestrationStatus);
        Assert.AreEqual("5", state.Output);
        Assert.AreEqual("5", state.Input);
        Assert.AreEqual(DateTimeKind.Utc, state.CreatedTime.Kind);
        Assert.IsTrue(state.CompletedTime >= state.CreatedTime);
    }

    [TestMethod]
    public async Task A_fan_out_runs_all_and_keeps_the_order_of_results()
    {
        await using var hub = await new Hub()
            .Activity("double", (int number) => 2 * number)
            .Orchestration("fan", async (OrchestrationContext context, int count) =>
                await Task.WhenAll(Enumerable.Range(0, count).Select(i => context.ScheduleTask<int>("double", "", i))))
            .StartAsync();

        var state = await hub.RunAsync("fan", 500);

        Assert.AreEqual("[" + string.Join(',', Enumerable.Range(0, 500).Select(i => 2 * i)) + "]", state.Output);
    }

    [TestMethod]
    public async Task A_sub_orchestration_gives_its_result_to_its_parent()
    {
        await using var hub = await new Hub().WithSteps()
            .Orchestration("parent", async (OrchestrationContext context, int count) =>
                await context.CreateSubOrchestrationInstance<int>("steps", "", "child", count) * 10)
            .StartAsync();

        var state = await hub.RunAsync("parent", 3, "parent");

        Assert.AreEqual("30", state.Output);
        var child = await hub.Service.GetOrchestrationStateAsync("child", executionId: null);
        Assert.AreEqual("parent", child.ParentInstance.OrchestrationInstance.InstanceId);
    }

    [TestMethod]
    public async Task A_finished_child_gives_way_to_a_new_one_with_its_id()
    {
        var attempts = 0;
        await using var hub = await new Hub()
            .Orchestration("child", (OrchestrationContext _, string _) =>
                Interlocked.Increment(ref attempts) < 3 ? throw new InvalidOperationException("not yet") : Task.FromResult("done"))
            .Orchestration("parent", async (OrchestrationContext context, string _) =>
                await context.CreateSubOrchestrationInstanceWithRetry<string>("child", "", "the-child", new RetryOptions(TimeSpan.FromMilliseconds(1), 5), null))
            .StartAsync();

        var state = await hub.RunAsync("parent");

        Assert.AreEqual("\"done\"", state.Output);
        Assert.AreEqual(3, attempts);
    }

    [TestMethod]
    [DataRow("other")]
    [DataRow("parent")]
    public async Task A_child_with_the_id_of_one_that_runs_fails_for_its_parent(string id)
    {
        await using var hub = await new Hub().WithEvents()
            .Orchestration("parent", async (OrchestrationContext context, string child) =>
            {
                try
                {
                    return await context.CreateSubOrchestrationInstance<string>("wait", "", child, null);
                }
                catch (SubOrchestrationFailedException exception)
                {
                    return exception.Message;
                }
            })
            .StartAsync();
        await hub.StartAsync("wait", id: "other");
        await hub.WaitForStatusAsync("other", OrchestrationStatus.Running);

        var state = await hub.RunAsync("parent", id, "parent");

        StringAssert.Contains(state.Output, "already exists");
        Assert.AreEqual(OrchestrationStatus.Running, (await hub.Service.GetOrchestrationStateAsync("other", executionId: null)).OrchestrationStatus);
    }

    [TestMethod]
    public async Task A_timer_is_never_early()
    {
        await using var hub = await new Hub()
            .Orchestration("timers", async (OrchestrationContext context, string _) =>
            {
                var early = 0;
                for (var i = 1; i <= 20; i++)
                {
                    var due = context.CurrentUtcDateTime.AddMilliseconds(7 * i % 50);
                    await context.CreateTimer(due, "");
                    early += context.CurrentUtcDateTime < due ? 1 : 0;
                }

                return early;
            })
            .StartAsync();

        Assert.AreEqual("0", (await hub.RunAsync("timers")).Output);
    }

    [TestMethod]
    public async Task A_timer_that_is_past_due_fires_at_once_and_one_of_a_finished_orchestration_leaves_nothing()
    {
        await using var hub = await new Hub()
            .Orchestration("race", async (OrchestrationContext context, string _) =>
            {
                using var cancellation = new CancellationTokenSource();
                var late = context.CreateTimer(context.CurrentUtcDateTime.AddDays(7), "late", cancellation.Token);
                var first = await await Task.WhenAny(late, context.CreateTimer(DateTime.MinValue, "past"));
                cancellation.Cancel(); // not CancelAsync: an orchestration must not leave its thread
                return first;
            })
            .StartAsync();

        Assert.AreEqual("\"past\"", (await hub.RunAsync("race")).Output);
        Assert.AreEqual(0, await hub.CountAsync("messages"));
    }

    [TestMethod]
    public async Task Failures_tell_their_type_message_and_trace()
    {
        await using var hub = await new Hub()
            .Activity<string, string>("fail", text => throw new ArgumentException(text))
            .Orchestration("failing", async (OrchestrationContext context, string text) => await context.ScheduleTask<string>("fail", "", text))
            .StartAsync();

        await hub.RunAsync("failing", new string('x', 100_000), "failing");
        var state = await hub.Service.GetOrchestrationStateAsync("failing", executionId: null);

        Assert.AreEqual(OrchestrationStatus.Failed, state.OrchestrationStatus);
        Assert.AreEqual(typeof(TaskFailedException).FullName, state.FailureDetails.ErrorType);
        Assert.IsNotNull(state.FailureDetails.StackTrace);
        StringAssert.Contains(state.FailureDetails.ErrorMessage, new string('x', 100_000));
        var failed = (await hub.HistoryAsync("failing")).OfType<TaskFailedEvent>().Single();
        Assert.AreEqual(typeof(ArgumentException).FullName, failed.FailureDetails!.ErrorType);
    }

    [TestMethod]
    public async Task Payloads_of_64_MB_pass_through_unharmed()
    {
        var large = new string('ä', 32 << 20);
        await using var hub = await new Hub()
            .Activity("echo", (string text) => text)
            .Orchestration("pass", async (OrchestrationContext context, string text) =>
            {
                var passed = await context.ScheduleTask<string>("echo", "", text);
                for (var i = 0; i < 2; i++)
                {
                    await context.ScheduleTask<string>("echo", "", "small");
                }

                return passed;
            })
            .StartAsync();

        await hub.RunAsync("pass", large, "large");
        var state = await hub.Service.GetOrchestrationStateAsync("large", executionId: null);

        Assert.IsTrue(state.Output == "\"" + large + "\"");
        Assert.IsTrue(state.Input == state.Output);

        // Written by the turns that it came and went with, and by none of those between.
        Assert.AreEqual(4, await hub.CountAsync("history"));
        Assert.AreEqual(3, await hub.CountAsync("history WHERE length(events) > 1000000"));
    }

    [TestMethod]
    public async Task A_history_of_100_000_events_is_written_once_and_streamed()
    {
        const int Count = 100_000;
        await using var hub = await new Hub().WithEvents().StartAsync();
        var instance = await hub.StartAsync("collect", Count, "long");
        for (var i = 0; i < Count - 1;)
        {
            var messages = new List<TaskMessage>();
            for (; messages.Count < 5_000 && i < Count - 1; i++)
            {
                messages.Add(Raised(i));
            }

            await hub.Service.SendTaskOrchestrationMessageBatchAsync([.. messages]);
        }

        await hub.RestartAsync(restarted => restarted.WithEvents());
        await hub.Service.SendTaskOrchestrationMessageBatchAsync(Raised(Count - 1));

        Assert.IsTrue((await hub.WaitAsync(instance)).Output == "\"" + string.Join(',', Enumerable.Range(0, Count)) + "\"");
        var next = 0;
        await foreach (var raised in hub.Service.StreamOrchestrationHistoryAsync("long"))
        {
            if (raised is EventRaisedEvent { Input: var input })
            {
                Assert.AreEqual(next++.ToString(System.Globalization.CultureInfo.InvariantCulture), input);
            }
        }

        Assert.AreEqual(Count, next);

        static TaskMessage Raised(int number) => new()
        {
            OrchestrationInstance = new OrchestrationInstance { InstanceId = "long" },
            Event = new EventRaisedEvent(-1, number.ToString(System.Globalization.CultureInfo.InvariantCulture)) { Name = "event" },
        };
    }

    [TestMethod]
    public async Task The_traces_of_an_orchestration_its_activities_and_children_hang_together_across_a_restart()
    {
        var ended = new System.Collections.Concurrent.ConcurrentBag<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "DurableTask.Core" or "test",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = ended.Add,
        };
        ActivitySource.AddActivityListener(listener);
        using var source = new ActivitySource("test");
        await using var hub = await new Hub().WithTraced().StartAsync();
        OrchestrationInstance instance;
        using var root = source.StartActivity("root")!;
        instance = await hub.StartAsync("traced", id: "traced");
        await Eventually.TrueAsync(() => ended.Any(span => span.DisplayName == "activity:increment" && span.TraceId == root.TraceId), "its first activity has run");

        await hub.RestartAsync(restarted => restarted.WithTraced());
        await hub.Client.RaiseEventAsync(instance, "event", 1);
        await hub.WaitAsync(instance);

        var spans = ended.Where(span => span.TraceId == root.TraceId).ToList();
        var orchestration = spans.Single(span => span is { DisplayName: "orchestration:traced", Kind: ActivityKind.Server });
        var child = spans.Single(span => span is { DisplayName: "orchestration:steps", Kind: ActivityKind.Server });
        Assert.IsTrue(spans.Where(span => span.DisplayName == "activity:increment" && span.Kind == ActivityKind.Client).All(span =>
            span.ParentSpanId == orchestration.SpanId || span.ParentSpanId == child.SpanId));
        Assert.IsTrue(spans.TrueForAll(span => span.ParentSpanId == root.SpanId || spans.Exists(parent => parent.SpanId == span.ParentSpanId)), "each has its parent");
    }

    [TestMethod]
    public async Task Tags_versions_and_status_are_kept_and_passed_on()
    {
        await using var hub = await new Hub().WithSteps()
            .Orchestration("tagged", async (OrchestrationContext context, string _) =>
                await context.CreateSubOrchestrationInstance<int>("steps", "", "tagged-child", 1), version: "v7")
            .StartAsync();
        var tags = new Dictionary<string, string> { ["team"] = "blue \"1\"" };
        var instance = await hub.Client.CreateOrchestrationInstanceAsync("tagged", "v7", "tagged", null, tags);
        await hub.WaitAsync(instance);

        var state = await hub.Service.GetOrchestrationStateAsync("tagged", executionId: null);
        var child = await hub.Service.GetOrchestrationStateAsync("tagged-child", executionId: null);

        Assert.AreEqual("v7", state.Version);
        Assert.AreEqual("blue \"1\"", state.Tags["team"]);
        Assert.AreEqual("blue \"1\"", child.Tags["team"]);
    }

    [TestMethod]
    public async Task What_was_under_way_goes_on_after_a_restart()
    {
        await using var hub = await new Hub().WithEvents().StartAsync();
        var waiting = await hub.StartAsync("collect", 2);
        await hub.Client.RaiseEventAsync(waiting, "event", 1);
        await Eventually.TrueAsync(async () => await hub.CountAsync("messages") == 0, "the event is in the history");
        var scheduled = await hub.Client.CreateScheduledOrchestrationInstanceAsync("collect", "", "scheduled", 0, DateTime.UtcNow.AddMilliseconds(200));

        await hub.RestartAsync(restarted => restarted.WithEvents());
        await hub.Client.RaiseEventAsync(waiting, "event", 2);

        Assert.AreEqual("\"1,2\"", (await hub.WaitAsync(waiting)).Output);
        Assert.AreEqual(OrchestrationStatus.Completed, (await hub.WaitAsync(scheduled)).OrchestrationStatus);
    }

    [TestMethod]
    public async Task Extended_sessions_give_the_same_results()
    {
        await using var hub = await new Hub(options =>
        {
            options.ExtendedSessions = true;
            options.ExtendedSessionIdleTimeout = TimeSpan.FromMilliseconds(200);
        }).WithSteps().WithEvents().Carrying().StartAsync();
        var collecting = await hub.StartAsync("collect", 2);
        var carrying = await hub.StartAsync("carry", Array.Empty<int>());
        await hub.Client.RaiseEventAsync(collecting, "event", 1);

        Assert.AreEqual("25", (await hub.RunAsync("steps", 25)).Output);
        for (var i = 0; i < 30; i++)
        {
            await hub.Client.RaiseEventAsync(new OrchestrationInstance { InstanceId = carrying.InstanceId }, "event", i);
        }

        // By now the session of the collector has ended.
        await hub.Client.RaiseEventAsync(collecting, "event", 2);
        Assert.AreEqual("\"1,2\"", (await hub.WaitAsync(collecting)).Output);
        Assert.AreEqual("[" + string.Join(',', Enumerable.Range(0, 30)) + "]", (await hub.WaitAsync(carrying)).Output);
        var history = await hub.HistoryAsync(collecting.InstanceId);
        Assert.AreEqual(1, history.OfType<ExecutionStartedEvent>().Count());
        Assert.AreEqual(2, history.OfType<EventRaisedEvent>().Count());
    }

    [TestMethod]
    public async Task Sessions_that_only_wait_make_room_for_others()
    {
        await using var hub = await new Hub(options =>
        {
            options.ExtendedSessions = true;
            options.ExtendedSessionIdleTimeout = TimeSpan.FromHours(1);
            options.MaxConcurrentOrchestrations = 2;
        }).WithSteps().WithEvents().StartAsync();
        for (var i = 0; i < 10; i++)
        {
            await hub.StartAsync("wait");
        }

        Assert.AreEqual("5", (await hub.RunAsync("steps", 5)).Output);
    }
}
