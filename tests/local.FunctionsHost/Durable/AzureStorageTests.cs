namespace FunctionsHost.Tests.Durable;

/// <summary>Durable Functions on Azure Storage, here Azurite.</summary>
[TestClass]
public sealed class AzureStorageTests() : DurableTests(Storage)
{
    private const string Storage = "AzureStorage";

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
}
