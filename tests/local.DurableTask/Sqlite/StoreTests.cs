using Microsoft.Data.Sqlite;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;

namespace DurableTask.Tests.Sqlite;

[TestClass]
public sealed class StoreTests
{
    readonly TemporaryDatabase database = new();

    [TestCleanup]
    public void Delete() => database.Dispose();

    [TestMethod]
    public async Task A_payload_of_64_MB_goes_through_activities_and_events_and_is_stored_apart()
    {
        const int Length = 64 * 1024 * 1024;
        await using EngineHost host = await EngineHost.StartAsync(database.Path, tasks => tasks
            .AddOrchestratorFunc<string, int>("Large", async (context, input) =>
            {
                string echoed = await context.CallActivityAsync<string>("Echo", input);
                for (int i = 0; i < 20; i++)
                {
                    await context.CallActivityAsync<int>("Small", i);
                }

                return echoed.Length;
            })
            .AddActivityFunc<string, string>("Echo", (_, text) => text)
            .AddActivityFunc<int, int>("Small", (_, value) => value));

        OrchestrationMetadata ended = await host.RunAsync("Large", new string('x', Length));

        Assert.AreEqual(Length, ended.ReadOutputAs<int>());
        Assert.AreEqual(Length + 2, ended.SerializedInput!.Length);
        Assert.IsLessThan(5L * Length, new FileInfo(database.Path).Length + new FileInfo(database.Path + "-wal").Length);
    }

    [TestMethod]
    public async Task Retention_purges_old_instances_and_frees_the_space()
    {
        await using EngineHost host = await EngineHost.StartAsync(
            database.Path,
            worker =>
            {
                worker.UseSqlite(options =>
                {
                    options.Path = database.Path;
                    options.RetainCount = 3;
                    options.RetentionInterval = TimeSpan.FromMilliseconds(50);
                });
                worker.AddTasks(tasks => tasks.AddOrchestratorFunc<string, int>("Length", (_, text) => text.Length));
            });
        for (int i = 0; i < 20; i++)
        {
            await host.RunAsync("Length", new string('x', 200_000));
        }

        await Eventually.TrueAsync(async () => (await host.Client.GetAllInstancesAsync().ToListAsync()).Count == 3, "three instances are left");
        await Eventually.TrueAsync(() => Pages(database.Path) * 4096 < 2_000_000, "the file is small again");
    }

    [TestMethod]
    public async Task A_file_of_something_else_or_of_another_version_is_refused()
    {
        using (SqliteConnection other = Open(database.Path))
        {
            Execute(other, "CREATE TABLE other (x)");
        }

        InvalidOperationException refused = await Assert.ThrowsExactlyAsync<InvalidOperationException>(() => EngineHost.StartAsync(database.Path, _ => { }));
        StringAssert.Contains(refused.Message, "is a SQLite database of something else");
        using TemporaryDatabase newer = new();
        await (await EngineHost.StartAsync(newer.Path, _ => { })).DisposeAsync();
        using (SqliteConnection connection = Open(newer.Path))
        {
            Execute(connection, "PRAGMA user_version = 99");
        }

        refused = await Assert.ThrowsExactlyAsync<InvalidOperationException>(() => EngineHost.StartAsync(newer.Path, _ => { }));
        StringAssert.Contains(refused.Message, "has schema version 99; this engine works with version 1. Use the newer engine that wrote it.");
        using (SqliteConnection connection = Open(newer.Path))
        {
            Execute(connection, "PRAGMA user_version = 0");
        }

        refused = await Assert.ThrowsExactlyAsync<InvalidOperationException>(() => EngineHost.StartAsync(newer.Path, _ => { }));
        StringAssert.Contains(refused.Message, "Let the engine that wrote it finish its instances, then start with a new file.");
    }

    [TestMethod]
    [DataRow("max_page_count = 1", "max_page_count = 1000000000")]
    [DataRow("query_only = 1", "query_only = 0")]
    public async Task A_full_disk_or_a_read_only_file_is_an_error_and_work_goes_on_when_it_is_cured(string break_, string cure)
    {
        await using EngineHost host = await EngineHost.StartAsync(database.Path, tasks => tasks
            .AddOrchestratorFunc<int>("Wait", async context =>
                await context.WaitForExternalEvent<int>("Event") + await context.CallActivityAsync<int>("One"))
            .AddActivityFunc<int>("One", _ => 1));
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Wait");
        await host.Client.WaitForInstanceStartAsync(id, host.Timeout);
        await EngineHost.PragmaAsync(database.Path, break_);
        await Assert.ThrowsExactlyAsync<SqliteException>(() => host.Client.ScheduleNewOrchestrationInstanceAsync("Wait", new string('x', 1_000_000)));

        await EngineHost.PragmaAsync(database.Path, cure);
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    await host.Client.RaiseEventAsync(id, "Event", 1);
                    return true;
                }
                catch (SqliteException)
                {
                    return false;
                }
            },
            "an event is taken again");
        Assert.AreEqual(2, (await host.EndAsync(id)).ReadOutputAs<int>());
    }

    static SqliteConnection Open(string path)
    {
        SqliteConnection connection = new($"Data Source={path};Pooling=False");
        connection.Open();
        return connection;
    }

    static void Execute(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    static long Pages(string path)
    {
        using SqliteConnection connection = Open(path);
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "PRAGMA page_count";
        return (long)command.ExecuteScalar()!;
    }
}
