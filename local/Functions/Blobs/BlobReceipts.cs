using System.Globalization;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Local.Functions.Storage;

namespace DurableMl.Local.Functions.Blobs;

/// <summary>
/// Remembers, in the host's own storage, which version of which blob a function has been run for: an empty blob for each, in the place where
/// the genuine host keeps its receipts too. Its metadata counts the attempts, so that a blob that kills the process is given up in the end.
/// </summary>
internal sealed class BlobReceipts(StorageConnections storage, HostIdentity identity)
{
    private const string ContainerName = "azure-webjobs-hosts";
    private const string Completed = "Completed";
    private const string Attempts = "Attempts";

    public async Task<(bool Completed, int Attempts)> ReadAsync(
        string function,
        string container,
        string name,
        ETag version,
        CancellationToken cancellation
    )
    {
        try
        {
            BlobProperties properties = await Receipt(function, container, name, version)
                .GetPropertiesAsync(cancellationToken: cancellation);
            int attempts = properties.Metadata.TryGetValue(Attempts, out string? text) ? int.Parse(text, CultureInfo.InvariantCulture) : 0;
            return (properties.Metadata.ContainsKey(Completed), attempts);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return (false, 0);
        }
    }

    public Task RecordAttemptAsync(
        string function,
        string container,
        string name,
        ETag version,
        int attempts,
        CancellationToken cancellation
    ) =>
        WriteAsync(
            function,
            container,
            name,
            version,
            new() { [Attempts] = attempts.ToString(CultureInfo.InvariantCulture) },
            cancellation
        );

    public Task RecordCompletedAsync(string function, string container, string name, ETag version, CancellationToken cancellation) =>
        WriteAsync(function, container, name, version, new() { [Completed] = "true" }, cancellation);

    private async Task WriteAsync(
        string function,
        string container,
        string name,
        ETag version,
        Dictionary<string, string> metadata,
        CancellationToken cancellation
    )
    {
        BlobClient receipt = Receipt(function, container, name, version);
        BlobUploadOptions options = new() { Metadata = metadata };
        try
        {
            await receipt.UploadAsync(BinaryData.FromString(""), options, cancellation);
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            await storage
                .Blobs(StorageConnections.Default)
                .GetBlobContainerClient(ContainerName)
                .CreateIfNotExistsAsync(cancellationToken: cancellation);
            await receipt.UploadAsync(BinaryData.FromString(""), options, cancellation);
        }
    }

    private BlobClient Receipt(string function, string container, string name, ETag version) =>
        storage
            .Blobs(StorageConnections.Default)
            .GetBlobContainerClient(ContainerName)
            .GetBlobClient($"blobreceipts/{identity.Value}/Host.Functions.{function}/{version}/{container}/{name}");
}
