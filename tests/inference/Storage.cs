using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;

namespace Inference.Tests;

/// <summary>One Azurite for the whole assembly; each test takes its own container.</summary>
[TestClass]
public static class Storage
{
    private static AzuriteProcess? azurite;

    public static BlobServiceClient Blobs => new(azurite!.ConnectionString);

    public static BlobContainerClient NewContainer() => Blobs.GetBlobContainerClient("models-" + Guid.NewGuid().ToString("N"));

    /// <summary>The same container over a connection with faults, with or without the client's own repetitions.</summary>
    public static BlobContainerClient Through(HttpPipelinePolicy fault, BlobContainerClient container, bool repeats)
    {
        var options = new BlobClientOptions();
        options.AddPolicy(fault, HttpPipelinePosition.PerRetry);
        options.Retry.MaxRetries = repeats ? 2 : 0;
        options.Retry.Delay = TimeSpan.FromMilliseconds(1);
        return new BlobServiceClient(azurite!.ConnectionString, options).GetBlobContainerClient(container.Name);
    }

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
