using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Local.Functions.Invocation;
using DurableMl.Local.Functions.Storage;
using Microsoft.Extensions.Hosting;

namespace DurableMl.Local.Functions.Blobs;

/// <summary>Watches the containers that blob triggers name, and runs a function once for every version of every blob that matches.</summary>
internal sealed partial class BlobTriggerListener(
    FunctionCatalog catalog,
    StorageConnections storage,
    BlobTriggerExecution execution,
    HostSettings settings,
    TimeProvider time,
    ILogger<BlobTriggerListener> logger
) : BackgroundService
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private (BlobContainerClient Container, BlobTriggerWatch[] Watches)[] containers = [];

    /// <summary>Fails on a pattern or a connection that is not valid, rather than when the first blob comes.</summary>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        storage.Blobs(StorageConnections.Default);
        containers =
        [
            .. catalog
                .With<BlobTriggerAttribute>()
                .Select(t => Watch(t.Function, t.Trigger))
                .GroupBy(w => (Connection: w.Trigger.Connection ?? StorageConnections.Default, w.Path.TriggerContainer))
                .Select(g => (storage.Blobs(g.Key.Connection).GetBlobContainerClient(g.Key.TriggerContainer), g.ToArray())),
        ];
        return base.StartAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(containers.Select(c => WatchAsync(c.Container, c.Watches, stoppingToken)));

    private BlobTriggerWatch Watch(DiscoveredFunction function, BlobTriggerAttribute trigger)
    {
        BlobPath path = new(trigger.BlobPath, settings.Configuration);
        path.ThrowIfNotAPattern(function.Name);
        return new BlobTriggerWatch(function, trigger, path);
    }

    private async Task WatchAsync(BlobContainerClient container, BlobTriggerWatch[] watches, CancellationToken stopping)
    {
        string prefix = CommonPrefix(watches);
        while (!stopping.IsCancellationRequested)
        {
            TimeSpan pause = settings.BlobPollingInterval;
            long started = time.GetTimestamp();
            try
            {
                await ScanAsync(container, prefix, watches, stopping);
                // A container with very many blobs takes long to list: it is not to be listed all the time.
                TimeSpan listing = time.GetElapsedTime(started) * 5;
                pause = listing > pause ? listing : pause;
            }
            catch (RequestFailedException e) when (e.Status == 404)
            {
                // The container is not there yet.
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogScanFailed(logger, container.Name, e.Message);
                pause = LongestPause < settings.BlobPollingInterval * 10 ? LongestPause : settings.BlobPollingInterval * 10;
            }

            await Task.Delay(pause, time, stopping);
        }
    }

    private async Task ScanAsync(BlobContainerClient container, string prefix, BlobTriggerWatch[] watches, CancellationToken stopping)
    {
        foreach (BlobTriggerWatch watch in watches)
        {
            watch.BeginScan();
        }

        await foreach (BlobItem blob in container.GetBlobsAsync(prefix: prefix, cancellationToken: stopping))
        {
            ETag version = blob.Properties.ETag ?? default;
            foreach (BlobTriggerWatch watch in watches)
            {
                if (watch.IsNew(blob.Name, version) && watch.Path.Match(blob.Name) is { } parts)
                {
                    await execution.StartAsync(watch, container, blob, parts, stopping);
                }
            }
        }

        foreach (BlobTriggerWatch watch in watches)
        {
            watch.EndScan();
        }
    }

    private static string CommonPrefix(BlobTriggerWatch[] watches)
    {
        string prefix = watches[0].Path.TriggerPrefix;
        foreach (BlobTriggerWatch watch in watches)
        {
            int length = prefix.AsSpan().CommonPrefixLength(watch.Path.TriggerPrefix);
            prefix = prefix[..length];
        }

        return prefix;
    }

    [LoggerMessage(1, LogLevel.Warning, "Container '{Container}' could not be listed for blob triggers: {Reason}")]
    private static partial void LogScanFailed(ILogger logger, string container, string reason);
}
