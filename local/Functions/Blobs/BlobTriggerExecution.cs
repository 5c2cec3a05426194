using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Queues;
using DurableMl.Local.Functions.Invocation;
using DurableMl.Local.Functions.Storage;

namespace DurableMl.Local.Functions.Blobs;

/// <summary>Runs blob functions: so many at a time, each version until it succeeds or has failed too often.</summary>
internal sealed partial class BlobTriggerExecution : IDisposable
{
    private const string PoisonQueue = "webjobs-blobtrigger-poison";
    private readonly FunctionInvoker invoker;
    private readonly StorageConnections storage;
    private readonly BlobReceipts receipts;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly SemaphoreSlim slots;
    private readonly int threshold;

    public BlobTriggerExecution(
        FunctionInvoker invoker,
        StorageConnections storage,
        BlobReceipts receipts,
        HostSettings settings,
        TimeProvider time,
        ILogger<BlobTriggerExecution> logger
    )
    {
        this.invoker = invoker;
        this.storage = storage;
        this.receipts = receipts;
        this.time = time;
        this.logger = logger;
        slots = new SemaphoreSlim(settings.HostNumber("extensions:blobs:maxDegreeOfParallelism", 8 * Environment.ProcessorCount));
        threshold = settings.HostNumber("extensions:blobs:poisonBlobThreshold", 5);
    }

    /// <summary>Returns once there is a slot; the run itself goes on.</summary>
    public async Task StartAsync(
        BlobTriggerWatch watch,
        BlobContainerClient container,
        BlobItem blob,
        Dictionary<string, object?> parts,
        CancellationToken stopping
    )
    {
        ETag version = blob.Properties.ETag ?? default;
        await slots.WaitAsync(stopping);
        watch.Settle(blob.Name, version);
        _ = Task.Run(
            async () =>
            {
                try
                {
                    await RunAsync(watch, container, blob.Name, version, parts, stopping);
                }
                catch (Exception e)
                {
                    // Storage failed us, or the host stops: a later scan, or the next host, finds the blob again.
                    watch.Unsettle(blob.Name);
                    if (e is not OperationCanceledException)
                    {
                        LogPutOff(logger, watch.Function.Name, container.Name, blob.Name, e.Message);
                    }
                }
                finally
                {
                    slots.Release();
                }
            },
            CancellationToken.None
        );
    }

    public void Dispose() => slots.Dispose();

    private async Task RunAsync(
        BlobTriggerWatch watch,
        BlobContainerClient container,
        string name,
        ETag version,
        Dictionary<string, object?> parts,
        CancellationToken stopping
    )
    {
        string function = watch.Function.Name;
        (bool completed, int attempts) = await receipts.ReadAsync(function, container.Name, name, version, stopping);
        if (completed)
        {
            return;
        }

        BlobClient client = container.GetBlobClient(name);
        while (attempts < threshold)
        {
            TriggerEvent trigger;
            try
            {
                trigger = await BlobTriggerEvent.CreateAsync(
                    container,
                    client,
                    watch.Trigger.Connection,
                    parts,
                    new BlobRequestConditions { IfMatch = version },
                    stopping
                );
            }
            catch (RequestFailedException e) when (e.Status is 404 or 412 or 304)
            {
                // It is gone or has changed; the change is found as such.
                return;
            }

            await receipts.RecordAttemptAsync(function, container.Name, name, version, ++attempts, stopping);
            if (await TryInvokeAsync(watch.Function, trigger))
            {
                await receipts.RecordCompletedAsync(function, container.Name, name, version, CancellationToken.None);
                return;
            }

            if (stopping.IsCancellationRequested)
            {
                await receipts.RecordAttemptAsync(function, container.Name, name, version, attempts - 1, CancellationToken.None);
                stopping.ThrowIfCancellationRequested();
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100 << Math.Min(attempts, 6)), time, stopping);
        }

        await PoisonAsync(function, container.Name, name, version);
        await receipts.RecordCompletedAsync(function, container.Name, name, version, CancellationToken.None);
    }

    private async Task<bool> TryInvokeAsync(DiscoveredFunction function, TriggerEvent trigger)
    {
        try
        {
            await invoker.InvokeAsync(function, trigger, complete: null, CancellationToken.None);
            return true;
        }
        catch (Exception)
        {
            // The invoker has logged it; the caller counts it.
            return false;
        }
    }

    private async Task PoisonAsync(string function, string container, string name, ETag version)
    {
        LogPoison(logger, function, container, name, threshold, PoisonQueue);
        QueueClient queue = storage.Queues(StorageConnections.Default).GetQueueClient(PoisonQueue);
        await queue.CreateIfNotExistsAsync();
        await queue.SendMessageAsync(
            JsonSerializer.Serialize(
                new
                {
                    Type = "BlobTrigger",
                    FunctionId = $"Host.Functions.{function}",
                    BlobType = "BlockBlob",
                    ContainerName = container,
                    BlobName = name,
                    ETag = version.ToString("H"),
                }
            )
        );
    }

    [LoggerMessage(1, LogLevel.Warning, "Function '{Function}' for blob '{Container}/{Blob}' is put off: {Reason}")]
    private static partial void LogPutOff(ILogger logger, string function, string container, string blob, string reason);

    [LoggerMessage(
        2,
        LogLevel.Error,
        "Function '{Function}' failed {Attempts} times for blob '{Container}/{Blob}'. A message about it goes to the queue '{Queue}'."
    )]
    private static partial void LogPoison(ILogger logger, string function, string container, string blob, int attempts, string queue);
}
