using DurableTask.Core.Exceptions;
using DurableTask.Core.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableTask.Tests.Client;

[TestClass]
public sealed class ManagementTests
{
    readonly TemporaryDatabase database = new();

    [TestCleanup]
    public void Delete() => database.Dispose();

    [TestMethod]
    public async Task A_rewound_instance_repeats_only_what_failed()
    {
        bool broken = true;
        int good = 0;
        await using EngineHost host = await EngineHost.StartAsync(database.Path, tasks => tasks
            .AddOrchestratorFunc<string>("Parent", async context =>
                await context.CallActivityAsync<string>("Good") + await context.CallSubOrchestratorAsync<string>("Child"))
            .AddOrchestratorFunc<string>("Child", async context => await context.CallActivityAsync<string>(
                "Bad", TaskOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.FromMilliseconds(1)))) + "!")
            .AddActivityFunc<string>("Good", _ =>
            {
                Interlocked.Increment(ref good);
                return "good ";
            })
            .AddActivityFunc<string>("Bad", _ => Volatile.Read(ref broken) ? throw new InvalidOperationException("No.") : "better"));
        OrchestrationMetadata failed = await host.RunAsync("Parent");
        Assert.AreEqual(OrchestrationRuntimeStatus.Failed, failed.RuntimeStatus);

        Volatile.Write(ref broken, false);
        await host.Client.RewindInstanceAsync(failed.InstanceId, "fixed");
        OrchestrationMetadata ended = await host.EndAsync(failed.InstanceId);

        Assert.AreEqual(OrchestrationRuntimeStatus.Completed, ended.RuntimeStatus);
        Assert.AreEqual("good better!", ended.ReadOutputAs<string>());
        Assert.IsNull(ended.FailureDetails);
        Assert.AreEqual(1, good);
        await Assert.ThrowsExactlyAsync<InvalidOperationException>(() => host.Client.RewindInstanceAsync(failed.InstanceId, "again"));
        await Assert.ThrowsExactlyAsync<ArgumentException>(() => host.Client.RewindInstanceAsync("nobody", "why not"));
    }

    [TestMethod]
    public async Task A_rewound_fan_out_keeps_the_results_of_the_branches_that_succeeded()
    {
        bool broken = true;
        int[] calls = new int[20];
        await using EngineHost host = await EngineHost.StartAsync(database.Path, tasks => tasks
            .AddOrchestratorFunc<int>("Fan", async context =>
                (await Task.WhenAll(Enumerable.Range(0, 20).Select(i => context.CallActivityAsync<int>("Branch", i)))).Sum())
            .AddActivityFunc<int, int>("Branch", (_, i) =>
            {
                Interlocked.Increment(ref calls[i]);
                return i % 7 == 0 && Volatile.Read(ref broken) ? throw new InvalidOperationException("No.") : i;
            }));
        OrchestrationMetadata failed = await host.RunAsync("Fan");

        Volatile.Write(ref broken, false);
        await host.Client.RewindInstanceAsync(failed.InstanceId, "fixed");

        Assert.AreEqual(190, (await host.EndAsync(failed.InstanceId)).ReadOutputAs<int>());
        CollectionAssert.AreEqual(Enumerable.Range(0, 20).Select(i => i % 7 == 0 ? 2 : 1).ToArray(), calls);
    }

    [TestMethod]
    public async Task A_restarted_instance_runs_again_with_its_input()
    {
        await using EngineHost host = await EngineHost.StartAsync(database.Path, tasks => tasks
            .AddOrchestratorFunc<int, int>("Double", (_, value) => value * 2));
        OrchestrationMetadata first = await host.RunAsync("Double", 21);

        string second = await host.Client.RestartAsync(first.InstanceId, restartWithNewInstanceId: true);
        Assert.AreNotEqual(first.InstanceId, second);
        Assert.AreEqual(42, (await host.EndAsync(second)).ReadOutputAs<int>());
        Assert.AreEqual(first.InstanceId, await host.Client.RestartAsync(first.InstanceId));
        Assert.AreEqual(42, (await host.EndAsync(first.InstanceId)).ReadOutputAs<int>());
        await Assert.ThrowsExactlyAsync<ArgumentException>(() => host.Client.RestartAsync("nobody"));
    }

    [TestMethod]
    public async Task The_history_tells_what_happened_in_order()
    {
        await using EngineHost host = await EngineHost.StartAsync(database.Path, tasks => tasks
            .AddOrchestratorFunc<string, string>("Greet", async (context, name) =>
            {
                await context.CreateTimer(TimeSpan.FromMilliseconds(1), CancellationToken.None);
                return await context.CallActivityAsync<string>("Hello", name);
            })
            .AddActivityFunc<string, string>("Hello", (_, name) => $"Hello, {name}!"));
        OrchestrationMetadata ended = await host.RunAsync("Greet", "World");

        IList<HistoryEvent> history = await host.Client.GetOrchestrationHistoryAsync(ended.InstanceId);

        CollectionAssert.AreEqual(
            new[]
            {
                EventType.OrchestratorStarted, EventType.ExecutionStarted, EventType.TimerCreated, EventType.OrchestratorCompleted,
                EventType.OrchestratorStarted, EventType.TimerFired, EventType.TaskScheduled, EventType.OrchestratorCompleted,
                EventType.OrchestratorStarted, EventType.TaskCompleted, EventType.ExecutionCompleted, EventType.OrchestratorCompleted,
            },
            history.Select(item => item.EventType).ToArray());
        Assert.AreEqual("\"World\"", history.OfType<ExecutionStartedEvent>().Single().Input);
        Assert.AreEqual("\"Hello, World!\"", history.OfType<TaskCompletedEvent>().Single().Result);
        TimerFiredEvent fired = history.OfType<TimerFiredEvent>().Single();
        Assert.IsTrue(fired.Timestamp >= fired.FireAt);
        await Assert.ThrowsExactlyAsync<ArgumentException>(() => host.Client.GetOrchestrationHistoryAsync("nobody"));
    }

    [TestMethod]
    public async Task An_id_in_use_is_refused_and_one_that_has_ended_is_used_again()
    {
        await using EngineHost host = await EngineHost.StartAsync(database.Path, tasks => tasks
            .AddOrchestratorFunc<int>("Wait", context => context.WaitForExternalEvent<int>("Event")));
        StartOrchestrationOptions options = new("the-one");
        await host.Client.ScheduleNewOrchestrationInstanceAsync("Wait", options);
        await host.Client.WaitForInstanceStartAsync("the-one", host.Timeout);
        await Assert.ThrowsExactlyAsync<OrchestrationAlreadyExistsException>(() => host.Client.ScheduleNewOrchestrationInstanceAsync("Wait", options));

        await host.Client.RaiseEventAsync("the-one", "Event", 1);
        Assert.AreEqual(1, (await host.EndAsync("the-one")).ReadOutputAs<int>());
        await Assert.ThrowsExactlyAsync<OrchestrationAlreadyExistsException>(() => host.Client.ScheduleNewOrchestrationInstanceAsync(
            "Wait", options.WithDedupeStatuses(OrchestrationRuntimeStatus.Completed)));
        await host.Client.ScheduleNewOrchestrationInstanceAsync("Wait", options);
        await host.Client.RaiseEventAsync("the-one", "Event", 2);
        Assert.AreEqual(2, (await host.EndAsync("the-one")).ReadOutputAs<int>());
    }

    [TestMethod]
    public async Task Queries_filter_and_page()
    {
        await using EngineHost host = await EngineHost.StartAsync(database.Path, tasks => tasks
            .AddOrchestratorFunc<int, int>("Same", (_, value) => value));
        await host.RunAsync("Same", 0, new StartOrchestrationOptions("other"));
        for (int i = 0; i < 21; i++)
        {
            await host.RunAsync("Same", i, new StartOrchestrationOptions($"paged_%-{i}"));
        }

        AsyncPageable<OrchestrationMetadata> all = host.Client.GetAllInstancesAsync(new OrchestrationQuery { InstanceIdPrefix = "paged_%" });
        List<Page<OrchestrationMetadata>> pages = await all.AsPages(pageSizeHint: 5).ToListAsync();
        CollectionAssert.AreEqual(new[] { 5, 5, 5, 5, 1 }, pages.Select(page => page.Values.Count).ToArray());
        List<Page<OrchestrationMetadata>> rest = await all.AsPages(pages[1].ContinuationToken, 4).ToListAsync();
        CollectionAssert.AreEqual(
            pages.Skip(2).SelectMany(page => page.Values).Select(item => item.InstanceId).ToList(),
            rest.SelectMany(page => page.Values).Select(item => item.InstanceId).ToList());
        Assert.HasCount(22, (await host.Client.ListInstanceIdsAsync([OrchestrationRuntimeStatus.Completed])).Values);
        Assert.HasCount(0, (await host.Client.ListInstanceIdsAsync([OrchestrationRuntimeStatus.Failed])).Values);
        Assert.AreEqual(22, (await host.Client.PurgeAllInstancesAsync(new PurgeInstancesFilter())).PurgedInstanceCount);
        Assert.HasCount(0, await host.Client.GetAllInstancesAsync().ToListAsync());
    }

    [TestMethod]
    public async Task Terminating_and_purging_recursively_reach_the_children()
    {
        await using EngineHost host = await EngineHost.StartAsync(database.Path, tasks => tasks
            .AddOrchestratorFunc<int>("Parent", context => context.CallSubOrchestratorAsync<int>("Child", new SubOrchestrationOptions(instanceId: "child")))
            .AddOrchestratorFunc<int>("Child", context => context.WaitForExternalEvent<int>("never")));
        await host.Client.ScheduleNewOrchestrationInstanceAsync("Parent", new StartOrchestrationOptions("parent"));
        await host.Client.WaitForInstanceStartAsync("child", host.Timeout);

        await host.Client.TerminateInstanceAsync("parent", new TerminateInstanceOptions("stop", Recursive: true));

        Assert.AreEqual(OrchestrationRuntimeStatus.Terminated, (await host.EndAsync("child")).RuntimeStatus);
        Assert.AreEqual(OrchestrationRuntimeStatus.Terminated, (await host.EndAsync("parent")).RuntimeStatus);
        Assert.AreEqual(2, (await host.Client.PurgeInstanceAsync("parent", new PurgeInstanceOptions(Recursive: true))).PurgedInstanceCount);
    }

    [TestMethod]
    public async Task A_start_in_the_future_waits_for_its_time()
    {
        await using EngineHost host = await EngineHost.StartAsync(database.Path, tasks => tasks
            .AddOrchestratorFunc<DateTime>("When", context => Task.FromResult(context.CurrentUtcDateTime)));
        DateTimeOffset time = DateTimeOffset.UtcNow.AddMilliseconds(300);
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("When", new StartOrchestrationOptions(StartAt: time));
        Assert.AreEqual(OrchestrationRuntimeStatus.Pending, (await host.Client.GetInstanceAsync(id))!.RuntimeStatus);
        Assert.IsTrue((await host.EndAsync(id)).ReadOutputAs<DateTime>() >= time.UtcDateTime);
    }
}
