namespace FunctionsHost.Tests.Support;

/// <summary>One Azurite for all tests of this assembly.</summary>
[TestClass]
public static class Azurite
{
    private static AzuriteProcess? process;

    public static string ConnectionString => process!.ConnectionString;

    [AssemblyInitialize]
    public static async Task StartAsync(TestContext _) => process = await AzuriteProcess.StartAsync();

    [AssemblyCleanup]
    public static async Task StopAsync()
    {
        if (process is not null)
        {
            await process.DisposeAsync();
        }
    }
}
