using DurableTask.Core;
using DurableTask.Core.History;
using DurableTask.Core.Tracing;
using DurableTask.Sqlite.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;
using Newtonsoft.Json;

namespace DurableTask.Sqlite.Tests;

[TestClass]
public sealed class StorageTests
{
    [TestMethod]
    public void Every_event_type_is_read_as_it_was_written()
    {
        var instance = new OrchestrationInstance { InstanceId = "ä\"1\"", ExecutionId = "e" };
        var failure = new FailureDetails("Type", "text", "trace", new FailureDetails("Inner", "t", null, null, false), true, new Dictionary<string, object?> { ["n"] = 1L });
        var trace = new DistributedTraceContext("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "k=v") { Id = "i", SpanId = "s", ActivityStartTime = DateTimeOffset.UnixEpoch };
        HistoryEvent[] events =
        [
            new ExecutionStartedEvent(-1, "\"in\"")
            {
                OrchestrationInstance = instance,
                Name = "n",
                Version = "v",
                Tags = new Dictionary<string, string> { ["a"] = "b" },
                ParentInstance = new ParentInstance { Name = "p", TaskScheduleId = 3, Version = "1", OrchestrationInstance = instance },
                ParentTraceContext = trace,
                ScheduledStartTime = new DateTime(2030, 1, 2, 3, 4, 5, DateTimeKind.Utc).AddTicks(7),
                Generation = 4,
            },
            new ExecutionCompletedEvent(1, "out", OrchestrationStatus.Failed, failure),
            new ExecutionTerminatedEvent(-1, "why"),
            new ExecutionSuspendedEvent(-1, "why"),
            new ExecutionResumedEvent(-1, "why"),
            new ExecutionRewoundEvent(-1, "why") { ParentExecutionId = "p", InstanceId = "i", ParentTraceContext = trace },
            new ContinueAsNewEvent(2, "next"),
            new TaskScheduledEvent(3, "n", "v", "in") { ParentTraceContext = trace, Tags = new Dictionary<string, string> { ["a"] = "b" } },
            new TaskCompletedEvent(-1, 3, "result"),
            new TaskFailedEvent(-1, 3, "reason", "details", failure),
            new SubOrchestrationInstanceCreatedEvent(4) { Name = "n", InstanceId = "i", Input = "in", Version = "v", ClientSpanId = "s" },
            new SubOrchestrationInstanceCompletedEvent(-1, 4, "result"),
            new SubOrchestrationInstanceFailedEvent(-1, 4, "reason", "details", failure),
            new TimerCreatedEvent(5) { FireAt = DateTime.MaxValue },
            new TimerFiredEvent(-1) { TimerId = 5, FireAt = new DateTime(5, DateTimeKind.Unspecified) },
            new OrchestratorStartedEvent(-1),
            new OrchestratorCompletedEvent(-1),
            new EventSentEvent(6) { InstanceId = "i", Name = "n", Input = "in" },
            new EventRaisedEvent(-1, "in") { Name = "n", ParentTraceContext = trace },
            new GenericEvent(7, "data"),
            new HistoryStateEvent(8, new OrchestrationState { Name = "n", OrchestrationInstance = instance, FailureDetails = failure }),
        ];

        var read = EventJson.ReadEvents(EventJson.Write(events));

        // A type that a later version of DurableTask.Core adds shows here.
        CollectionAssert.AreEquivalent(HistoryEvent.KnownTypes().ToList(), events.Select(historyEvent => historyEvent.GetType()).ToList());
        for (var i = 0; i < events.Length; i++)
        {
            Assert.AreEqual(events[i].GetType(), read[i].GetType());
            Assert.AreEqual(JsonConvert.SerializeObject(events[i]), JsonConvert.SerializeObject(read[i]));
        }
    }

    [TestMethod]
    public async Task A_second_process_is_refused_by_the_name_of_the_first()
    {
        using var folder = new TemporaryFolder();
        await using var first = await new Hub(path: folder["hub.db"]).WithSteps().StartAsync();
        await using var second = new SqliteOrchestrationService(new SqliteOrchestrationServiceOptions(folder["hub.db"]));

        var exception = await Assert.ThrowsExactlyAsync<SqliteStorageException>(second.CreateIfNotExistsAsync);

        StringAssert.Contains(exception.Message, $"process {Environment.ProcessId}");
        Assert.AreEqual("1", (await first.RunAsync("steps", 1)).Output);
        await first.StopAsync();
        await second.CreateIfNotExistsAsync();
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    public async Task A_file_of_an_older_version_is_migrated_and_its_work_goes_on(int version)
    {
        using var folder = new TemporaryFolder();
        await MakeWaitingAsync(folder["hub.db"]);
        Downgrade(folder["hub.db"], version);

        await using var hub = await new Hub(path: folder["hub.db"]).WithEvents().StartAsync();
        await hub.Client.RaiseEventAsync(new OrchestrationInstance { InstanceId = "old" }, "event", 1);

        Assert.AreEqual("\"1\"", (await hub.Client.WaitForOrchestrationAsync(new OrchestrationInstance { InstanceId = "old" }, Patience.Limit)).Output);
        using var connection = Connection.Open(folder["hub.db"], SqliteOpenMode.ReadOnly);
        Assert.AreEqual(Schema.Version, connection.Number("PRAGMA user_version"));
    }

    [TestMethod]
    public async Task A_file_of_a_newer_version_is_refused_and_left_as_it_is()
    {
        using var folder = new TemporaryFolder();
        await MakeWaitingAsync(folder["hub.db"]);
        using (var connection = Connection.Open(folder["hub.db"], SqliteOpenMode.ReadWrite))
        {
            connection.Execute("PRAGMA user_version = 99");
        }

        await RefusesAsync(folder["hub.db"], "version 99");
    }

    [TestMethod]
    public async Task A_database_of_another_program_is_refused_and_left_as_it_is()
    {
        using var folder = new TemporaryFolder();
        using (var connection = Connection.Open(folder["hub.db"], SqliteOpenMode.ReadWriteCreate))
        {
            connection.Execute("CREATE TABLE theirs (x)");
        }

        await RefusesAsync(folder["hub.db"], "no database of DurableTask.Sqlite");
    }

    [TestMethod]
    public async Task A_file_that_is_no_database_is_refused_and_left_as_it_is()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["hub.db"], "notes");

        await RefusesAsync(folder["hub.db"], "no database of DurableTask.Sqlite");
    }

    [TestMethod]
    public async Task A_torn_file_is_refused_and_left_as_it_is()
    {
        using var folder = new TemporaryFolder();
        await MakeWaitingAsync(folder["hub.db"]);
        using (var file = File.OpenWrite(folder["hub.db"]))
        {
            file.SetLength(file.Length - 5000);
        }

        await RefusesAsync(folder["hub.db"], "torn");
    }

    [TestMethod]
    public async Task A_file_with_damaged_pages_is_refused_and_left_as_it_is()
    {
        using var folder = new TemporaryFolder();
        await MakeWaitingAsync(folder["hub.db"]);
        var bytes = await File.ReadAllBytesAsync(folder["hub.db"]);
        bytes.AsSpan(4096).Fill(0xA5);
        await File.WriteAllBytesAsync(folder["hub.db"], bytes);

        await RefusesAsync(folder["hub.db"], "damaged");
    }

    [TestMethod]
    public async Task A_full_file_gives_errors_and_work_goes_on_by_itself_when_there_is_room()
    {
        using var folder = new TemporaryFolder();
        await using var hub = await new Hub(path: folder["hub.db"]).WithSteps().WithEvents().StartAsync();
        var waiting = await hub.StartAsync("collect", 1);
        await hub.WaitForStatusAsync(waiting.InstanceId, OrchestrationStatus.Running);
        var database = await hub.Service.OpenAsync();
        await LimitAsync(database, 1);

        var exception = await Assert.ThrowsExactlyAsync<SqliteException>(async () =>
        {
            for (var i = 0; i < 1000; i++)
            {
                await hub.StartAsync("wait", new string('x', 10_000));
            }
        });

        Assert.AreEqual(SQLitePCL.raw.SQLITE_FULL, exception.SqliteErrorCode);
        Assert.IsFalse(database.Writer.IsHealthy);
        await LimitAsync(database, 1_000_000);
        await database.Writer.WaitUntilHealthyAsync(CancellationToken.None).WaitAsync(Patience.Limit);
        await hub.Client.RaiseEventAsync(waiting, "event", 1);
        Assert.AreEqual("\"1\"", (await hub.WaitAsync(waiting)).Output);
        Assert.AreEqual("3", (await hub.RunAsync("steps", 3)).Output);
    }

    [TestMethod]
    public async Task A_request_that_fails_takes_none_of_its_commit_with_it()
    {
        await using var hub = await new Hub().WithEvents().StartAsync();
        var database = await hub.Service.OpenAsync();

        var requests = Enumerable.Range(0, 100).Select(i => i % 3 == 0
            ? database.Writer.WriteAsync<bool>(tables =>
            {
                tables.SetAttempts([(1, 1)]);
                throw new InvalidOperationException("this one");
            })
            : hub.StartAsync("wait").ContinueWith(started => started.IsCompletedSuccessfully, TaskScheduler.Default)).ToList();

        foreach (var (request, i) in requests.Select((request, i) => (request, i)))
        {
            if (i % 3 == 0)
            {
                await Assert.ThrowsExactlyAsync<InvalidOperationException>(() => request);
            }
            else
            {
                Assert.IsTrue(await request);
            }
        }

        Assert.AreEqual(66, await hub.CountAsync("instances"));
    }

    [TestMethod]
    public void Options_out_of_range_are_refused_by_name()
    {
        var exception = Assert.ThrowsExactly<ArgumentException>(() => new SqliteOrchestrationService(new SqliteOrchestrationServiceOptions("x.db") { MaxActivityAttempts = 0 }));

        StringAssert.Contains(exception.Message, "MaxActivityAttempts is 0; it must be 1 or more.");
        Assert.ThrowsExactly<ArgumentException>(() => new SqliteOrchestrationServiceOptions(" "));
    }

    /// <summary>A limit below the present size means no growth. It stands on all file systems in for a disk that is full.</summary>
    private static Task LimitAsync(Database database, int pages) => database.Writer.WriteAsync(tables => tables.Number($"PRAGMA max_page_count = {pages}"));

    private static async Task MakeWaitingAsync(string path)
    {
        await using var hub = await new Hub(path: path).WithEvents().StartAsync();
        await hub.StartAsync("collect", 1, "old");
        await hub.WaitForStatusAsync("old", OrchestrationStatus.Running);
    }

    /// <summary>Makes a file of version 1 or 2 out of one of version 3: what the steps do, undone.</summary>
    private static void Downgrade(string path, int version)
    {
        using (var old = Connection.Open(path + ".old", SqliteOpenMode.ReadWriteCreate))
        {
            Schema.Migrate(old, version);
            old.Execute($"""
                ATTACH '{path}' AS new;
                INSERT INTO main.instances SELECT * FROM new.instances;
                INSERT INTO main.payloads SELECT ((id / 2) << 28) + id % 2, data FROM new.payloads;
                INSERT INTO main.history SELECT (key << 28) + ROW_NUMBER() OVER (PARTITION BY key ORDER BY id) - 1, events FROM new.history;
                INSERT INTO main.messages SELECT (key << 28) + ROW_NUMBER() OVER (PARTITION BY key ORDER BY id), type, due, message FROM new.messages;
                INSERT INTO main.activities (id, message) SELECT (key << 28) + ROW_NUMBER() OVER (PARTITION BY key ORDER BY id), message FROM new.activities;
                DETACH new;
                """);
        }

        File.Move(path + ".old", path, overwrite: true);
    }

    private static async Task RefusesAsync(string path, string because)
    {
        var before = await File.ReadAllBytesAsync(path);
        await using var service = new SqliteOrchestrationService(new SqliteOrchestrationServiceOptions(path));

        var exception = await Assert.ThrowsExactlyAsync<SqliteStorageException>(service.CreateIfNotExistsAsync);

        StringAssert.Contains(exception.Message, because);
        StringAssert.Contains(exception.Message, path);
        CollectionAssert.AreEqual(before, await File.ReadAllBytesAsync(path));
    }

    [TestMethod]
    public async Task What_may_wait_for_the_disk_goes_with_the_next_that_may_not_or_after_half_a_second()
    {
        using var folder = new TemporaryFolder();
        var clock = new FakeTimeProvider();
        await using var database = Database.Open(new SqliteOrchestrationServiceOptions(Path.Combine(folder.Path, "hub.db")) { TimeProvider = clock });
        Writer writer = database.Writer;

        await writer.WriteAsync(_ => true, mayWaitForDisk: true);
        Assert.IsTrue(writer.IsUnsynced);
        await writer.WriteAsync(_ => true);
        Assert.IsFalse(writer.IsUnsynced);

        await writer.WriteAsync(_ => true, mayWaitForDisk: true);
        Assert.IsTrue(writer.IsUnsynced);
        await Eventually.TrueAsync(
            () =>
            {
                clock.Advance(TimeSpan.FromMilliseconds(500));
                return !writer.IsUnsynced;
            },
            "it is on disk though nothing else is written");
    }

    [TestMethod]
    public async Task What_keeps_coming_waits_for_the_disk_twice_a_second()
    {
        using var folder = new TemporaryFolder();
        var clock = new FakeTimeProvider();
        await using var database = Database.Open(new SqliteOrchestrationServiceOptions(Path.Combine(folder.Path, "hub.db")) { TimeProvider = clock });
        Task<bool> Write() => database.Writer.WriteAsync(
            _ =>
            {
                clock.Advance(TimeSpan.FromMilliseconds(300));
                return true;
            },
            mayWaitForDisk: true);

        await Write();
        await Write();
        await Write();
        Assert.IsTrue(database.Writer.IsUnsynced);
        await Write();
        Assert.IsFalse(database.Writer.IsUnsynced);
    }
}
