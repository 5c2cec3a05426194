using DurableTask.Sqlite.Storage;
using Microsoft.Data.Sqlite;

namespace DurableTask.Sqlite.Tests;

/// <summary>Files that must not be opened, or not twice.</summary>
[TestClass]
public sealed class FileTests
{
    [TestMethod]
    public async Task A_second_service_on_the_file_is_refused_by_name()
    {
        await using var first = await new Hub().WithSteps().StartAsync();
        var second = new SqliteOrchestrationService(new SqliteOrchestrationServiceOptions(first.Options.Path));

        var refused = await Assert.ThrowsAsync<SqliteStorageException>(() => second.CreateIfNotExistsAsync());

        Assert.Contains(first.Options.Path, refused.Message);
        Assert.AreEqual("2", (await first.RunAsync("steps", 2)).Output, "The first one works on.");
        await second.DisposeAsync();
    }

    [TestMethod]
    [DataRow("this is a letter, not a database")]
    [DataRow("SQLite format 3\0 but torn off after its first words")]
    public async Task A_file_that_is_no_database_is_refused_and_left_as_it_is(string content)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["hub.db"], content);

        await using var service = new SqliteOrchestrationService(new SqliteOrchestrationServiceOptions(folder["hub.db"]));
        await Assert.ThrowsAsync<SqliteStorageException>(() => service.CreateIfNotExistsAsync());

        Assert.AreEqual(content, await File.ReadAllTextAsync(folder["hub.db"]));
    }

    [TestMethod]
    public async Task Another_program_s_database_is_refused_and_left_as_it_is()
    {
        using var folder = new TemporaryFolder();
        Execute(folder["hub.db"], "CREATE TABLE letters (text TEXT); INSERT INTO letters VALUES ('a')");
        var before = await File.ReadAllBytesAsync(folder["hub.db"]);

        await using var service = new SqliteOrchestrationService(new SqliteOrchestrationServiceOptions(folder["hub.db"]));
        await Assert.ThrowsAsync<SqliteStorageException>(() => service.CreateIfNotExistsAsync());

        CollectionAssert.AreEqual(before, await File.ReadAllBytesAsync(folder["hub.db"]));
    }

    [TestMethod]
    public async Task A_file_of_a_newer_version_is_refused()
    {
        using var folder = new TemporaryFolder();
        await using (await new Hub(path: folder["hub.db"]).WithSteps().StartAsync())
        {
        }

        Execute(folder["hub.db"], "PRAGMA user_version = 1000");
        await using var service = new SqliteOrchestrationService(new SqliteOrchestrationServiceOptions(folder["hub.db"]));
        var refused = await Assert.ThrowsAsync<SqliteStorageException>(() => service.CreateIfNotExistsAsync());

        Assert.Contains("1000", refused.Message);
    }

    [TestMethod]
    public async Task Orchestrations_go_on_where_a_stopped_service_left_them()
    {
        using var folder = new TemporaryFolder();
        await using (var first = await new Hub(path: folder["hub.db"]).WithEvents().StartAsync())
        {
            await first.StartAsync("collect", 1, "waiting");
        }

        await using var second = await new Hub(path: folder["hub.db"]).WithEvents().StartAsync();
        var instance = new Core.OrchestrationInstance { InstanceId = "waiting" };
        await second.Client.RaiseEventAsync(instance, "event", "late");

        Assert.AreEqual("\"late\"", (await second.WaitAsync(instance)).Output);
    }

    private static void Execute(string path, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
