using Azure.Storage.Blobs;

namespace Orchestrations.Tests.Fixtures;

/// <summary>One Azurite for all tests of this assembly; each test uses names of its own.</summary>
[TestClass]
public static class Storage
{
    private static readonly Lazy<Task<AzuriteProcess>> Process = new(() => AzuriteProcess.StartAsync());

    public static async Task<string> ConnectionStringAsync() => (await Process.Value).ConnectionString;

    public static async Task<BlobServiceClient> BlobsAsync() => new(await ConnectionStringAsync());

    /// <summary>A name that no other test has.</summary>
    public static string NewName(string prefix = "t") => $"{prefix}-{Guid.NewGuid():N}"[..20];

    /// <summary>What has to stop before storage does.</summary>
    public static Func<Task>? BeforeStop { get; set; }

    [AssemblyCleanup]
    public static async Task StopAsync()
    {
        if (BeforeStop is { } before)
        {
            await before();
        }

        if (Process.IsValueCreated)
        {
            await (await Process.Value).DisposeAsync();
        }
    }
}
