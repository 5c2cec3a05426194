using DurableTask.Core;
using DurableTask.Core.Exceptions;
using DurableTask.Core.History;
using DurableTask.Core.Query;
using DurableTask.Sqlite.Storage;
using Microsoft.Data.Sqlite;
using Newtonsoft.Json.Linq;

namespace DurableTask.Sqlite.Tests;

[TestClass]
public sealed class ClientTests
{
    [TestMethod]
    public async Task An_id_in_use_is_refused_unless_its_status_may_be_replaced()
    {
        await using var hub = await new Hub().WithSteps().WithEvents().StartAsync();
        var first = await hub.StartAsync("wait", id: "one");
        await hub.WaitForStatusAsync("one", OrchestrationStatus.Running);

        await Assert.ThrowsExactlyAsync<OrchestrationAlreadyExistsException>(() => hub.StartAsync("steps", 1, "one"));
        var second = await hub.Client.CreateOrchestrationInstanceAsync("steps", "", "one", 3, tags: null, dedupeStatuses: []);

        Assert.AreEqual("3", (await hub.WaitAsync(second)).Output);

        // Who waits for the very execution that was replaced need not wait for ever.
        var replaced = await hub.Client.WaitForOrchestrationAsync(first, Patience.Limit);
        Assert.AreNotEqual(OrchestrationStatus.Running, replaced.OrchestrationStatus);
        Assert.AreEqual(1, await hub.CountAsync("instances"));
    }

    [TestMethod]
    public async Task A_wait_for_an_execution_ends_when_another_one_replaces_it()
    {
        await using var hub = await new Hub().WithEvents().StartAsync();
        var first = await hub.StartAsync("wait", id: "one");
        await hub.WaitForStatusAsync("one", OrchestrationStatus.Running);
        var wait = hub.Client.WaitForOrchestrationAsync(first, Patience.Limit);
        await Eventually.TrueAsync(() => hub.Service.WaiterCount == 1, "the wait has begun");

        await hub.Client.CreateOrchestrationInstanceAsync("wait", "", "one", null, tags: null, dedupeStatuses: []);

        Assert.AreEqual(OrchestrationStatus.Terminated, (await wait).OrchestrationStatus);
    }

    [TestMethod]
    public async Task Of_many_starts_with_one_id_one_wins()
    {
        await using var hub = await new Hub().WithEvents().StartAsync();

        var starts = await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ =>
        {
            try
            {
                await hub.StartAsync("wait", id: "contended");
                return 1;
            }
            catch (OrchestrationAlreadyExistsException)
            {
                return 0;
            }
        }));

        Assert.AreEqual(1, starts.Sum());
    }

    [TestMethod]
    public async Task A_start_and_what_follows_it_belong_to_the_new_execution()
    {
        await using var hub = await new Hub().WithEvents().StartAsync();
        await hub.WaitAsync(await hub.StartAsync("collect", 0, "again"));

        for (var i = 0; i < 20; i++)
        {
            var instance = await hub.StartAsync("collect", 1, "again");
            await hub.Client.RaiseEventAsync(new OrchestrationInstance { InstanceId = "again" }, "event", i);
            Assert.AreEqual($"\"{i}\"", (await hub.WaitAsync(instance)).Output);
        }
    }

    [TestMethod]
    public async Task A_wait_may_begin_before_the_orchestration_and_ends_in_time()
    {
        await using var hub = await new Hub().WithSteps().StartAsync();
        var wait = hub.Service.WaitForOrchestrationAsync("later", null, Patience.Limit, CancellationToken.None);

        await hub.StartAsync("steps", 1, "later");
        Assert.AreEqual("1", (await wait).Output);

        var exception = await Assert.ThrowsExactlyAsync<TaskCanceledException>(
            () => hub.Service.WaitForOrchestrationAsync("never", null, TimeSpan.FromMilliseconds(20), CancellationToken.None));
        Assert.IsInstanceOfType<TimeoutException>(exception.InnerException);
        using var cancelled = new CancellationTokenSource(TimeSpan.FromMilliseconds(20));
        await Assert.ThrowsAsync<OperationCanceledException>(() => hub.Service.WaitForOrchestrationAsync("never", null, Timeout.InfiniteTimeSpan, cancelled.Token));
        Assert.AreEqual(0, hub.Service.WaiterCount);
    }

    [TestMethod]
    public async Task Instances_are_listed_page_by_page_by_every_filter()
    {
        await using var hub = await new Hub().WithSteps().WithEvents().StartAsync();
        for (var i = 0; i < 7; i++)
        {
            await hub.WaitAsync(await hub.StartAsync("steps", 1, $"a-{i}"));
        }

        var middle = DateTime.UtcNow;
        for (var i = 0; i < 5; i++)
        {
            await hub.StartAsync("wait", id: $"B-{i}");
            await hub.WaitForStatusAsync($"B-{i}", OrchestrationStatus.Running);
        }

        Assert.AreEqual(12, (await ListAsync(hub, new OrchestrationQuery { PageSize = 5 })).Count);
        CollectionAssert.AreEqual(
            Enumerable.Range(0, 7).Select(i => $"a-{i}").ToList(), await ListAsync(hub, new OrchestrationQuery { PageSize = 2, InstanceIdPrefix = "a-" }));
        Assert.AreEqual(0, (await ListAsync(hub, new OrchestrationQuery { InstanceIdPrefix = "A-" })).Count);
        Assert.AreEqual(5, (await ListAsync(hub, new OrchestrationQuery { PageSize = 2, RuntimeStatus = [OrchestrationStatus.Running] })).Count);
        Assert.AreEqual(5, (await ListAsync(hub, new OrchestrationQuery { CreatedTimeFrom = middle })).Count);
        Assert.AreEqual(7, (await ListAsync(hub, new OrchestrationQuery { CreatedTimeTo = middle, PageSize = 7 })).Count);
        Assert.IsNull((await hub.Service.GetOrchestrationWithQueryAsync(new OrchestrationQuery { PageSize = 12 }, CancellationToken.None)).ContinuationToken);
        var narrow = await hub.Service.GetOrchestrationWithQueryAsync(new OrchestrationQuery { FetchInputsAndOutputs = false }, CancellationToken.None);
        Assert.IsTrue(narrow.OrchestrationState.All(state => state.Input is null && state.Output is null));
        await Assert.ThrowsExactlyAsync<ArgumentException>(() => ListAsync(hub, new OrchestrationQuery { ContinuationToken = "nonsense" }));
    }

    [TestMethod]
    public async Task A_purge_deletes_what_has_finished_and_nothing_else()
    {
        await using var hub = await new Hub().WithSteps().WithEvents().StartAsync();
        for (var i = 0; i < 10; i++)
        {
            await hub.WaitAsync(await hub.StartAsync("steps", 1, $"done-{i}"));
        }

        await hub.StartAsync("wait", id: "busy");
        await hub.WaitForStatusAsync("busy", OrchestrationStatus.Running);

        Assert.AreEqual(1, (await hub.Service.PurgeInstanceStateAsync("done-0")).DeletedInstanceCount);
        Assert.AreEqual(0, (await hub.Service.PurgeInstanceStateAsync("done-0")).DeletedInstanceCount);
        Assert.AreEqual(0, (await hub.Service.PurgeInstanceStateAsync("busy")).DeletedInstanceCount);
        Assert.AreEqual(0, (await hub.Service.PurgeInstanceStateAsync(
            new PurgeInstanceFilter(DateTime.MinValue, null, [OrchestrationStatus.Failed]))).DeletedInstanceCount);
        var result = await hub.Service.PurgeInstanceStateAsync(new PurgeInstanceFilter(DateTime.MinValue, null, null) { Timeout = Patience.Limit });

        Assert.AreEqual(9, result.DeletedInstanceCount);
        Assert.AreEqual(true, result.IsComplete);
        Assert.AreEqual(1, await hub.CountAsync("instances"));
        Assert.AreEqual(1, await hub.CountAsync("history"));
    }

    [TestMethod]
    public async Task A_purge_stops_when_its_time_is_up()
    {
        await using var hub = await new Hub().WithSteps().StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 250).Select(i => hub.RunAsync("steps", 0)));

        var result = await hub.Service.PurgeInstanceStateAsync(new PurgeInstanceFilter(DateTime.MinValue, null, null) { Timeout = TimeSpan.Zero });

        Assert.AreEqual(0, result.DeletedInstanceCount);
        Assert.AreEqual(false, result.IsComplete);
    }

    [TestMethod]
    public async Task A_history_is_read_out_as_events_and_as_JSON()
    {
        await using var hub = await new Hub().WithSteps().StartAsync();
        var instance = await hub.StartAsync("steps", 150);
        await hub.WaitAsync(instance);

        var events = await hub.HistoryAsync(instance.InstanceId);
        var json = JArray.Parse(await hub.Service.GetOrchestrationHistoryAsync(instance.InstanceId, instance.ExecutionId));

        Assert.AreEqual(150, events.OfType<TaskCompletedEvent>().Count());
        Assert.AreEqual(events.Count, json.Count);
        Assert.AreEqual((int)EventType.ExecutionStarted, (int)json[1]["EventType"]!);
        Assert.AreEqual("steps", (string?)json[1]["Name"]);
        Assert.AreEqual("[]", await hub.Service.GetOrchestrationHistoryAsync("nobody", null));
    }

    [TestMethod]
    public async Task A_rewind_runs_only_what_failed_again_in_children_too()
    {
        var broken = true;
        var good = 0;
        await using var hub = await new Hub()
            .Activity("good", (string _) => Interlocked.Increment(ref good))
            .Activity("bad", (string _) => Volatile.Read(ref broken) ? throw new InvalidOperationException("broken") : "mended")
            .Orchestration("child", async (OrchestrationContext context, string _) => await context.ScheduleTask<string>("bad", "", ""))
            .Orchestration("parent", async (OrchestrationContext context, string _) =>
            {
                await context.ScheduleTask<int>("good", "", "");
                return await context.CreateSubOrchestrationInstance<string>("child", "", "rewound-child", "");
            })
            .StartAsync();
        Assert.AreEqual(OrchestrationStatus.Failed, (await hub.RunAsync("parent", id: "rewound")).OrchestrationStatus);

        Volatile.Write(ref broken, false);
        await hub.Service.RewindTaskOrchestrationAsync("rewound", "mended");

        // Who waits after the rewind waits for the new end, and is not shown the failure.
        var state = await hub.WaitAsync(new OrchestrationInstance { InstanceId = "rewound" });
        Assert.AreEqual("\"mended\"", state.Output);
        Assert.IsNull(state.FailureDetails);
        Assert.AreEqual(1, good);
    }

    [TestMethod]
    public async Task Two_rewinds_at_once_do_the_same_as_one()
    {
        var broken = true;
        await using var hub = await new Hub()
            .Activity("bad", (string _) => Volatile.Read(ref broken) ? throw new InvalidOperationException("broken") : "mended")
            .Orchestration("fragile", async (OrchestrationContext context, string _) => await context.ScheduleTask<string>("bad", "", ""))
            .StartAsync();
        await hub.RunAsync("fragile", id: "twice");
        Volatile.Write(ref broken, false);

        await Task.WhenAll(hub.Service.RewindTaskOrchestrationAsync("twice", "one"), hub.Service.RewindTaskOrchestrationAsync("twice", "two"));

        Assert.AreEqual("\"mended\"", (await hub.WaitAsync(new OrchestrationInstance { InstanceId = "twice" })).Output);
        await hub.Service.RewindTaskOrchestrationAsync("twice", "it has not failed");
        Assert.AreEqual(OrchestrationStatus.Completed, (await hub.Service.GetOrchestrationStateAsync("twice", executionId: null)).OrchestrationStatus);
        Assert.AreEqual(0, await hub.CountMessagesAsync("twice"));
    }

    [TestMethod]
    public async Task The_store_can_be_emptied()
    {
        await using var hub = await new Hub().WithSteps().StartAsync();
        await hub.RunAsync("steps", 1, "gone");

        await hub.Service.DeleteAsync();

        Assert.IsNull(await hub.Service.GetOrchestrationStateAsync("gone", executionId: null));
        Assert.AreEqual("2", (await hub.RunAsync("steps", 2, "gone")).Output);
        await Assert.ThrowsExactlyAsync<NotSupportedException>(() => hub.Service.DeleteAsync(deleteInstanceStore: false));
    }

    [TestMethod]
    public async Task Retention_keeps_the_newest_and_gives_the_space_back()
    {
        await using var hub = await new Hub(options =>
        {
            options.RetainFinishedCount = 3;
            options.RetentionInterval = TimeSpan.FromMilliseconds(50);
        })
            .Orchestration("large", (OrchestrationContext _, string text) => Task.FromResult(text))
            .StartAsync();
        for (var i = 0; i < 10; i++)
        {
            await hub.RunAsync("large", new string('x', 1 << 20), $"large-{i}");
        }

        await Eventually.TrueAsync(async () => await hub.CountAsync("instances") == 3, "three are left");
        Assert.IsNotNull(await hub.Service.GetOrchestrationStateAsync("large-9", executionId: null));
        await Eventually.TrueAsync(() => new FileInfo(hub.Options.Path).Length < 16 << 20, "the file is small again");
    }

    [TestMethod]
    public async Task Space_that_could_not_be_given_back_while_somebody_read_is_given_back_afterwards()
    {
        await using var hub = await new Hub().WithSteps().StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 250).Select(i => hub.RunAsync("steps", 1, $"short-{i}")));
        using (var reader = Connection.Open(hub.Options.Path, SqliteOpenMode.ReadOnly))
        {
            reader.Execute("BEGIN; SELECT COUNT(*) FROM instances");
            await hub.Service.PurgeInstanceStateAsync(new PurgeInstanceFilter(DateTime.MinValue, null, null));
            Assert.IsGreaterThan(0, LogLength());
            reader.Execute("COMMIT");
        }

        await Eventually.TrueAsync(() => LogLength() == 0, "the log is folded into the file");

        long LogLength() => new FileInfo(hub.Options.Path + "-wal").Length;
    }

    private static async Task<List<string>> ListAsync(Hub hub, OrchestrationQuery query)
    {
        var all = new List<string>();
        do
        {
            var page = await hub.Service.GetOrchestrationWithQueryAsync(query, CancellationToken.None);
            Assert.IsTrue(page.OrchestrationState.Count <= query.PageSize);
            all.AddRange(page.OrchestrationState.Select(state => state.OrchestrationInstance.InstanceId));
            query.ContinuationToken = page.ContinuationToken;
        }
        while (query.ContinuationToken is not null);

        return all;
    }
}
