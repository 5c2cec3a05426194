using Azure.Storage.Blobs;

namespace Orchestrations.Tests.Fixtures;

/// <summary>One Azurite for all tests of this assembly; each test uses names of its own.</summary>
[TestClass]
public static class Storage
{
    private static readonly Lazy<Task<AzuriteProcess>> Process = new(() => AzuriteProcess.StartAsync());

    public static async Task<BlobServiceClient> BlobsAsync() => new((await Process.Value).ConnectionString);

    /// <summary>A name that no other test has.</summary>
    public static string NewName(string prefix = "t") => $"{prefix}-{Guid.NewGuid():N}"[..20];

    [AssemblyCleanup]
    public static async Task StopAsync()
    {
        if (Process.IsValueCreated)
        {
            await (await Process.Value).DisposeAsync();
        }
    }
}
