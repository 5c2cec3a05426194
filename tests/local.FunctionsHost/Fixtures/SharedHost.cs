[assembly: Parallelize(Workers = 4, Scope = ExecutionScope.MethodLevel)]

namespace FunctionsHost.Tests.Fixtures;

/// <summary>One Azurite for all tests, and one host with every function for those that harm nobody.</summary>
[TestClass]
public static class SharedHost
{
    private static AzuriteProcess? _azurite;
    private static HostProcess? _host;

    /// <summary>A setting disables it in the shared host.</summary>
    internal const string DisabledFunction = "Disabled";

    internal static string StorageConnection => _azurite!.ConnectionString;

    internal static HostProcess Instance => _host!;

    internal static HttpClient Client => _host!.Client;

    [AssemblyInitialize]
    public static async Task StartAsync(TestContext context)
    {
        _azurite = await AzuriteProcess.StartAsync(context.CancellationToken);
        _host = await HostProcess.StartAsync(new HostSettings { Environment = { [$"AzureWebJobs.{DisabledFunction}.Disabled"] = "true" } });
    }

    [AssemblyCleanup]
    public static async Task StopAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        if (_azurite is not null)
        {
            await _azurite.DisposeAsync();
        }
    }
}
