using Azure.Storage.Blobs;

namespace Inference.Tests;

/// <summary>One Azurite for the whole assembly; each test takes its own container.</summary>
[TestClass]
public static class Storage
{
    private static AzuriteProcess? azurite;

    public static BlobServiceClient Blobs => new(azurite!.ConnectionString);

    public static BlobContainerClient NewContainer() => Blobs.GetBlobContainerClient("models-" + Guid.NewGuid().ToString("N"));

    [AssemblyInitialize]
    public static async Task StartAsync(TestContext context) => azurite = await AzuriteProcess.StartAsync(context.CancellationToken);

    [AssemblyCleanup]
    public static async Task StopAsync()
    {
        if (azurite is not null)
        {
            await azurite.DisposeAsync();
        }
    }
}
