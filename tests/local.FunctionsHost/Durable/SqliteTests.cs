namespace FunctionsHost.Tests.Durable;

/// <summary>Durable Functions on the storage that the host uses unless an app names another: one SQLite file.</summary>
[TestClass]
public sealed class SqliteTests() : DurableTests(Storage)
{
    private const string Storage = "sqlite";

    private static HostProcess? _host;

    private protected override HostProcess Host => _host!;

    [ClassInitialize]
    public static async Task StartAsync(TestContext context) => _host = await StartHostAsync(Storage);

    [ClassCleanup]
    public static async Task StopAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }
    }

    [TestMethod]
    public async Task An_activity_that_never_ends_fails_when_its_time_is_up()
    {
        await using var host = await StartHostAsync(Storage, ["Start", "WaitsForEver", "NeverEnds"], ("AzureFunctionsJobHost__functionTimeout", "00:00:20"));
        var worker = await host.WorkerIdAsync();
        await StartAsync(host, "WaitsForEver", "ever");
        Assert.AreEqual("failed", (string?)(await EndAsync(host, "ever", "Completed"))["output"]);
        await Eventually.TrueAsync(() => !HostProcess.IsRunning(worker), "the worker was ended", () => host.Log);
    }
}
