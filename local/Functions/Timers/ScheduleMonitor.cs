using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using DurableMl.Local.Functions.Storage;

namespace DurableMl.Local.Functions.Timers;

/// <summary>Keeps the schedules' status in the host's own storage, where the genuine host keeps it too.</summary>
internal sealed class ScheduleMonitor(StorageConnections storage, HostIdentity identity)
{
    private const string ContainerName = "azure-webjobs-hosts";

    public async Task<ScheduleStatus?> ReadAsync(string function, CancellationToken cancellation)
    {
        try
        {
            BinaryData content = (await Blob(function).DownloadContentAsync(cancellation)).Value.Content;
            return JsonSerializer.Deserialize<ScheduleStatus>(content);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    public async Task WriteAsync(string function, ScheduleStatus status, CancellationToken cancellation)
    {
        await storage
            .Blobs(StorageConnections.Default)
            .GetBlobContainerClient(ContainerName)
            .CreateIfNotExistsAsync(cancellationToken: cancellation);
        await Blob(function).UploadAsync(BinaryData.FromObjectAsJson(status), overwrite: true, cancellation);
    }

    private BlobClient Blob(string function) =>
        storage
            .Blobs(StorageConnections.Default)
            .GetBlobContainerClient(ContainerName)
            .GetBlobClient($"timers/{identity.Value}/Host.Functions.{function}/status");
}
