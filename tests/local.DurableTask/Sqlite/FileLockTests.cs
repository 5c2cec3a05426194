using System.Diagnostics;

namespace DurableTask.Tests.Sqlite;

[TestClass]
public sealed class FileLockTests
{
    readonly TemporaryDatabase database = new();

    [TestCleanup]
    public void Delete() => database.Dispose();

    [TestMethod]
    public async Task A_second_process_is_refused_until_the_first_has_ended()
    {
        ProcessStartInfo start = new("dotnet", [typeof(FileLockTests).Assembly.Location, "crash-worker", database.Path])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start)!;
        Assert.AreEqual("ready", await process.StandardOutput.ReadLineAsync().WaitAsync(Patience.Limit));

        InvalidOperationException refused = await Assert.ThrowsExactlyAsync<InvalidOperationException>(() => EngineHost.StartAsync(database.Path, _ => { }));
        StringAssert.Contains(refused.Message, $"is in use by another process (process {process.Id}).");

        process.Kill();
        await process.WaitForExitAsync();
        await (await EngineHost.StartAsync(database.Path, _ => { })).DisposeAsync();
    }
}
