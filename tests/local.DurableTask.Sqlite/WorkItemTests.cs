using DurableTask.Core;
using DurableTask.Core.Exceptions;
using DurableTask.Core.History;
using DurableTask.Sqlite.Storage;
using Microsoft.Extensions.Time.Testing;

namespace DurableTask.Sqlite.Tests;

/// <summary>The contract with DurableTask.Core's dispatchers, with hand-made turns.</summary>
[TestClass]
public sealed class WorkItemTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(50);

    [TestMethod]
    public async Task A_fetch_ends_with_nothing_after_its_timeout_its_cancellation_or_the_stop()
    {
        using var folder = new TemporaryFolder();
        await using var service = await StartAsync(folder);

        Assert.IsNull(await service.LockNextOrchestrationWorkItemAsync(Short, CancellationToken.None));
        Assert.IsNull(await service.LockNextEntityWorkItemAsync(Short, CancellationToken.None));
        Assert.IsNull(await service.LockNextTaskActivityWorkItem(Short, CancellationToken.None));
        using var cancellation = new CancellationTokenSource(Short);
        Assert.IsNull(await service.LockNextOrchestrationWorkItemAsync(Patience.Limit, cancellation.Token));
        var fetch = service.LockNextTaskActivityWorkItem(Patience.Limit, CancellationToken.None);
        await service.StopAsync();
        Assert.IsNull(await fetch);
    }

    [TestMethod]
    public async Task An_instance_is_handed_out_once_and_again_after_its_release_with_what_came_meanwhile()
    {
        using var folder = new TemporaryFolder();
        await using var service = await StartAsync(folder);
        await service.CreateTaskOrchestrationAsync(Start("one"));

        var item = await service.LockNextOrchestrationWorkItemAsync(Patience.Limit, CancellationToken.None);
        await service.SendTaskOrchestrationMessageAsync(Raise("one", "e"));
        Assert.IsNull(await service.LockNextOrchestrationWorkItemAsync(Short, CancellationToken.None));
        await CompleteAsync(service, item, OrchestrationStatus.Running);
        await service.ReleaseTaskOrchestrationWorkItemAsync(item);

        var next = await service.LockNextOrchestrationWorkItemAsync(Patience.Limit, CancellationToken.None);
        Assert.IsInstanceOfType<EventRaisedEvent>(next.NewMessages.Single().Event);
        Assert.AreEqual(DateTime.MaxValue, next.LockedUntilUtc);
        Assert.AreEqual(3, next.OrchestrationRuntimeState.PastEvents.Count);
    }

    [TestMethod]
    public async Task What_is_given_back_comes_again_in_its_order_after_a_pause_that_grows()
    {
        using var folder = new TemporaryFolder();
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var service = await StartAsync(folder, options => options.TimeProvider = clock);
        await service.CreateTaskOrchestrationAsync(Start("one"));
        await service.SendTaskOrchestrationMessageAsync(Raise("one", "a"));

        foreach (var pause in new[] { 100, 200, 400, 800 })
        {
            var item = await service.LockNextOrchestrationWorkItemAsync(Patience.Limit, CancellationToken.None);
            CollectionAssert.AreEqual(new[] { "start", "a" }, Names(item));
            await service.AbandonTaskOrchestrationWorkItemAsync(item);
            await service.ReleaseTaskOrchestrationWorkItemAsync(item);
            clock.Advance(TimeSpan.FromMilliseconds(pause - 1));
            Assert.IsNull(await service.LockNextOrchestrationWorkItemAsync(Short, CancellationToken.None));
            clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        // Released without having been processed: fetched while the dispatchers stopped.
        var unprocessed = await service.LockNextOrchestrationWorkItemAsync(Patience.Limit, CancellationToken.None);
        await service.SendTaskOrchestrationMessageAsync(Raise("one", "b"));
        await service.ReleaseTaskOrchestrationWorkItemAsync(unprocessed);
        clock.Advance(TimeSpan.FromSeconds(30));
        CollectionAssert.AreEqual(new[] { "start", "a", "b" }, Names(await service.LockNextOrchestrationWorkItemAsync(Patience.Limit, CancellationToken.None)));
    }

    [TestMethod]
    public async Task Messages_that_core_refuses_are_gone()
    {
        using var folder = new TemporaryFolder();
        await using var service = await StartAsync(folder);
        await service.CreateTaskOrchestrationAsync(Start("one"));
        var item = await service.LockNextOrchestrationWorkItemAsync(Patience.Limit, CancellationToken.None);

        await service.CompleteTaskOrchestrationWorkItemAsync(item, item.OrchestrationRuntimeState, [], [], [], null!, null!);
        await service.ReleaseTaskOrchestrationWorkItemAsync(item);

        Assert.IsNull(await service.LockNextOrchestrationWorkItemAsync(Short, CancellationToken.None));
    }

    [TestMethod]
    public async Task A_turn_of_an_instance_that_was_terminated_or_replaced_meanwhile_is_not_stored()
    {
        using var folder = new TemporaryFolder();
        await using var service = await StartAsync(folder);
        await service.CreateTaskOrchestrationAsync(Start("one"));
        var item = await service.LockNextOrchestrationWorkItemAsync(Patience.Limit, CancellationToken.None);

        await service.ForceTerminateTaskOrchestrationAsync("one", "stop");
        await CompleteAsync(service, item, OrchestrationStatus.Completed, [Activity(item, 0)]);
        await service.ReleaseTaskOrchestrationWorkItemAsync(item);

        var state = await service.GetOrchestrationStateAsync("one", executionId: null);
        Assert.AreEqual(OrchestrationStatus.Terminated, state.OrchestrationStatus);
        Assert.AreEqual("stop", state.Output);
        Assert.IsNull(await service.LockNextTaskActivityWorkItem(Short, CancellationToken.None));
    }

    [TestMethod]
    [DataRow(OrchestrationStatus.Completed, true)]
    [DataRow(OrchestrationStatus.Terminated, false)]
    public async Task An_activity_that_nobody_waits_for_runs_unless_its_orchestration_was_terminated(OrchestrationStatus status, bool runs)
    {
        using var folder = new TemporaryFolder();
        await using var service = await StartAsync(folder);
        await service.CreateTaskOrchestrationAsync(Start("one"));
        var item = await service.LockNextOrchestrationWorkItemAsync(Patience.Limit, CancellationToken.None);

        await CompleteAsync(service, item, status, [Activity(item, 0)]);
        await service.ReleaseTaskOrchestrationWorkItemAsync(item);

        var activity = await service.LockNextTaskActivityWorkItem(runs ? Patience.Limit : Short, CancellationToken.None);
        Assert.AreEqual(runs, activity is not null);
        if (activity is not null)
        {
            await service.CompleteTaskActivityWorkItemAsync(activity, Response(activity));
            Assert.IsNull(await service.LockNextOrchestrationWorkItemAsync(Short, CancellationToken.None));
        }
    }

    [TestMethod]
    public async Task A_result_counts_once()
    {
        using var folder = new TemporaryFolder();
        await using var service = await StartAsync(folder);
        await service.CreateTaskOrchestrationAsync(Start("one"));
        var item = await service.LockNextOrchestrationWorkItemAsync(Patience.Limit, CancellationToken.None);
        await CompleteAsync(service, item, OrchestrationStatus.Running, [Activity(item, 0)]);
        await service.ReleaseTaskOrchestrationWorkItemAsync(item);
        var activity = await service.LockNextTaskActivityWorkItem(Patience.Limit, CancellationToken.None);

        await service.CompleteTaskActivityWorkItemAsync(activity, Response(activity));
        await service.CompleteTaskActivityWorkItemAsync(activity, Response(activity));

        var next = await service.LockNextOrchestrationWorkItemAsync(Patience.Limit, CancellationToken.None);
        Assert.AreEqual(1, next.NewMessages.Count);
    }

    [TestMethod]
    public async Task A_second_result_of_an_activity_that_is_gone_is_none_of_the_next_one()
    {
        using var folder = new TemporaryFolder();
        await using var service = await StartAsync(folder);
        await service.CreateTaskOrchestrationAsync(Start("one"));
        var first = await RunToActivityAsync(service, id: 0);
        await service.CompleteTaskActivityWorkItemAsync(first, Response(first));
        var second = await RunToActivityAsync(service, id: 1);

        await service.CompleteTaskActivityWorkItemAsync(first, Response(first));
        await service.AbandonTaskActivityWorkItemAsync(first);

        Assert.AreNotEqual(first.Id, second.Id);
        Assert.IsNull(await service.LockNextOrchestrationWorkItemAsync(Short, CancellationToken.None));
        await service.CompleteTaskActivityWorkItemAsync(second, Response(second));
        var turn = await service.LockNextOrchestrationWorkItemAsync(Patience.Limit, CancellationToken.None);
        Assert.AreEqual(1, ((TaskCompletedEvent)turn.NewMessages.Single().Event).TaskScheduledId);
    }

    [TestMethod]
    public async Task Memory_that_did_not_follow_a_commit_is_read_from_the_file_again()
    {
        await using var hub = await new Hub().WithSteps().WithEvents().StartAsync();
        var waiting = await hub.StartAsync("collect", 1);
        await hub.WaitForStatusAsync(waiting.InstanceId, OrchestrationStatus.Running);
        var writer = (await hub.Service.OpenAsync()).Writer;
        TaskMessage[] unseen = [Raise(waiting.InstanceId, "event"), Start("unseen")];

        await writer.WriteAsync<Effects>(
            tables => tables.Send(unseen.Select(EncodedMessage.From)), _ => throw new InvalidOperationException("what follows a commit fails"));

        Assert.AreEqual(OrchestrationStatus.Completed, (await hub.WaitAsync(waiting)).OrchestrationStatus);
        Assert.AreEqual("3", (await hub.RunAsync("steps", 3)).Output);
        Assert.IsTrue(writer.IsHealthy);
    }

    [TestMethod]
    public async Task Of_an_instance_that_is_out_when_memory_is_read_again_one_turn_is_stored_and_nothing_is_lost()
    {
        using var folder = new TemporaryFolder();
        await using var service = await StartAsync(folder);
        await service.CreateTaskOrchestrationAsync(Start("one"));
        var first = await service.LockNextOrchestrationWorkItemAsync(Patience.Limit, CancellationToken.None);
        await (await service.OpenAsync()).Writer.WriteAsync<Effects>(
            tables => tables.Send([EncodedMessage.From(Raise("one", "e"))]), _ => throw new InvalidOperationException("what follows a commit fails"));
        var second = await service.LockNextOrchestrationWorkItemAsync(Patience.Limit, CancellationToken.None);
        CollectionAssert.AreEqual(new[] { "start", "e" }, Names(second));

        await CompleteAsync(service, first, OrchestrationStatus.Running);
        await service.ReleaseTaskOrchestrationWorkItemAsync(first);
        await CompleteAsync(service, second, OrchestrationStatus.Running);
        await service.ReleaseTaskOrchestrationWorkItemAsync(second);

        var next = await service.LockNextOrchestrationWorkItemAsync(Patience.Limit, CancellationToken.None);
        CollectionAssert.AreEqual(new[] { "e" }, Names(next));
        Assert.AreEqual(3, next.OrchestrationRuntimeState.PastEvents.Count);
    }

    [TestMethod]
    public async Task An_activity_that_never_gives_a_result_fails_after_its_last_attempt_across_restarts()
    {
        using var folder = new TemporaryFolder();
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        void Configure(SqliteOrchestrationServiceOptions options)
        {
            options.TimeProvider = clock;
            options.MaxActivityAttempts = 3;
        }

        await using (var service = await StartAsync(folder, Configure))
        {
            await service.CreateTaskOrchestrationAsync(Start("one"));
            var item = await service.LockNextOrchestrationWorkItemAsync(Patience.Limit, CancellationToken.None);
            await CompleteAsync(service, item, OrchestrationStatus.Running, [Activity(item, 0)]);
            await service.ReleaseTaskOrchestrationWorkItemAsync(item);
            for (var attempt = 1; attempt <= 2; attempt++)
            {
                var activity = await service.LockNextTaskActivityWorkItem(Patience.Limit, CancellationToken.None);
                Assert.AreEqual(attempt, activity.DeliveryAttempt);
                await service.AbandonTaskActivityWorkItemAsync(activity);
                clock.Advance(TimeSpan.FromSeconds(1));
            }
        }

        await using var again = await StartAsync(folder, Configure);
        var last = await again.LockNextTaskActivityWorkItem(Patience.Limit, CancellationToken.None);
        Assert.AreEqual(3, last.DeliveryAttempt);
        await again.AbandonTaskActivityWorkItemAsync(last);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.IsNull(await again.LockNextTaskActivityWorkItem(Short, CancellationToken.None));

        var turn = await again.LockNextOrchestrationWorkItemAsync(Patience.Limit, CancellationToken.None);
        var failed = (TaskFailedEvent)turn.NewMessages.Single().Event;
        StringAssert.Contains(failed.Reason, "ended 3 times without a result");
    }

    [TestMethod]
    public async Task Work_that_does_not_fit_into_memory_is_read_from_the_file()
    {
        await using var hub = await new Hub(options =>
        {
            options.HistoryCacheSize = 0;
            options.MessageCacheSize = 0;
        }).WithSteps().WithEvents().Carrying().StartAsync();

        Assert.AreEqual("20", (await hub.RunAsync("steps", 20)).Output);
        var collect = await hub.StartAsync("collect", 2);
        await hub.Client.RaiseEventAsync(collect, "event", 1);
        await hub.Client.RaiseEventAsync(collect, "event", 2);
        Assert.AreEqual("\"1,2\"", (await hub.WaitAsync(collect)).Output);
    }

    [TestMethod]
    public async Task An_orchestration_of_another_version_waits_for_a_worker_that_takes_it()
    {
        static Hub Register(Hub hub) => hub
            .Orchestration("versioned", (OrchestrationContext _, int number) => Task.FromResult(number), "1")
            .Orchestration("versioned", (OrchestrationContext _, int number) => Task.FromResult(number), "2");
        await using var hub = await Register(new Hub(version: "1")).StartAsync();

        var other = await hub.Client.CreateOrchestrationInstanceAsync("versioned", "2", "other", 22);
        Assert.AreEqual("11", (await hub.WaitAsync(await hub.Client.CreateOrchestrationInstanceAsync("versioned", "1", "same", 11))).Output);
        Assert.AreEqual(OrchestrationStatus.Pending, (await hub.Client.GetOrchestrationStateAsync(other)).OrchestrationStatus);
        Assert.IsEmpty(await hub.HistoryAsync("other"));

        hub.Version = "2";
        await hub.RestartAsync(restarted => Register(restarted));
        Assert.AreEqual("22", (await hub.WaitAsync(other)).Output);
    }

    [TestMethod]
    public async Task Entities_go_to_who_asks_for_them_or_to_who_asks_for_all_and_what_waits_follows_the_setting()
    {
        using var folder = new TemporaryFolder();
        await using var service = await StartAsync(folder);
        await service.CreateTaskOrchestrationAsync(Start("one"));
        await service.SendTaskOrchestrationMessageAsync(Raise("@counter@a", "op"));
        await service.SendTaskOrchestrationMessageAsync(Raise("@counter@b", "op"));

        service.SetUseSeparateQueueForEntityWorkItems(true);
        var entity = await service.LockNextEntityWorkItemAsync(Patience.Limit, CancellationToken.None);
        Assert.AreEqual("@counter@a", entity.InstanceId);

        service.SetUseSeparateQueueForEntityWorkItems(false);
        var first = await service.LockNextTaskOrchestrationWorkItemAsync(Patience.Limit, CancellationToken.None);
        var second = await service.LockNextTaskOrchestrationWorkItemAsync(Patience.Limit, CancellationToken.None);
        CollectionAssert.AreEquivalent(new[] { "one", "@counter@b" }, new[] { first.InstanceId, second.InstanceId });

        // None is handed out twice, whoever asks.
        Assert.IsNull(await service.LockNextTaskOrchestrationWorkItemAsync(Short, CancellationToken.None));
        Assert.IsNull(await service.LockNextEntityWorkItemAsync(Short, CancellationToken.None));
        Assert.IsNull(await service.LockNextOrchestrationWorkItemAsync(Short, CancellationToken.None));
    }

    [TestMethod]
    public async Task An_orchestration_whose_worker_goes_away_is_run_again()
    {
        var failures = 3;
        await using var hub = await new Hub()
            .Activity("step", (int number) => number + 1)
            .Orchestration("abandoned", async (OrchestrationContext context, string _) =>
            {
                var number = await context.ScheduleTask<int>("step", "", 1);
                return Interlocked.Decrement(ref failures) >= 0 ? throw new SessionAbortedException("the worker is gone") : number;
            })
            .StartAsync();

        Assert.AreEqual("2", (await hub.RunAsync("abandoned")).Output);
    }

    /// <summary>Lets the instance "one" take its next turn, in which it asks for an activity, and takes that out.</summary>
    private static async Task<TaskActivityWorkItem> RunToActivityAsync(SqliteOrchestrationService service, int id)
    {
        var item = await service.LockNextOrchestrationWorkItemAsync(Patience.Limit, CancellationToken.None);
        await CompleteAsync(service, item, OrchestrationStatus.Running, [Activity(item, id)]);
        await service.ReleaseTaskOrchestrationWorkItemAsync(item);
        return await service.LockNextTaskActivityWorkItem(Patience.Limit, CancellationToken.None);
    }

    private static List<string> Names(TaskOrchestrationWorkItem item) =>
        item.NewMessages.Select(message => message.Event is EventRaisedEvent raised ? raised.Name : "start").ToList();

    private static async Task<SqliteOrchestrationService> StartAsync(TemporaryFolder folder, Action<SqliteOrchestrationServiceOptions>? configure = null)
    {
        var options = new SqliteOrchestrationServiceOptions(folder["hub.db"]);
        configure?.Invoke(options);
        var service = new SqliteOrchestrationService(options);
        await service.StartAsync();
        return service;
    }

    private static TaskMessage Start(string id)
    {
        var instance = new OrchestrationInstance { InstanceId = id, ExecutionId = Guid.NewGuid().ToString("N") };
        return new TaskMessage { OrchestrationInstance = instance, Event = new ExecutionStartedEvent(-1, "1") { Name = "test", Version = "", OrchestrationInstance = instance } };
    }

    private static TaskMessage Raise(string id, string name) =>
        new() { OrchestrationInstance = new OrchestrationInstance { InstanceId = id }, Event = new EventRaisedEvent(-1, "1") { Name = name } };

    private static TaskMessage Activity(TaskOrchestrationWorkItem item, int id) =>
        new() { OrchestrationInstance = item.NewMessages[0].OrchestrationInstance, Event = new TaskScheduledEvent(id, "activity", "", "1") };

    private static TaskMessage Response(TaskActivityWorkItem activity) =>
        new() { OrchestrationInstance = activity.TaskMessage.OrchestrationInstance, Event = new TaskCompletedEvent(-1, ((TaskScheduledEvent)activity.TaskMessage.Event).EventId, "2") };

    /// <summary>A turn as Core makes it: the messages become history, and a new state follows.</summary>
    private static Task CompleteAsync(
        SqliteOrchestrationService service, TaskOrchestrationWorkItem item, OrchestrationStatus status, IList<TaskMessage>? activities = null)
    {
        var state = item.OrchestrationRuntimeState;
        state.AddEvent(new OrchestratorStartedEvent(-1));
        foreach (var message in item.NewMessages)
        {
            state.AddEvent(message.Event);
        }

        if (status != OrchestrationStatus.Running)
        {
            state.AddEvent(new ExecutionCompletedEvent(0, "done", status, failureDetails: null));
        }

        state.AddEvent(new OrchestratorCompletedEvent(-1));
        return service.CompleteTaskOrchestrationWorkItemAsync(item, state, activities ?? [], [], [], null!, new OrchestrationState
        {
            OrchestrationInstance = state.OrchestrationInstance,
            OrchestrationStatus = status,
            Name = state.Name,
            Output = state.Output,
            Input = state.Input,
            CreatedTime = state.CreatedTime,
        });
    }
}
