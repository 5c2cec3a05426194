using System.Globalization;
using Azure;
using Azure.Storage.Blobs;

namespace DurableMl.Cli.Hosting;

/// <summary>Storage is ready when its three services answer and the containers are there.</summary>
/// <param name="ports">Where it listens.</param>
/// <param name="account">Its account.</param>
internal sealed class StorageReadiness(HostPorts ports, StorageAccount account)
{
    private static readonly string[] Containers = ["raw", "datasets", "runs", "models"];

    /// <summary>Looks, and makes the containers that are missing: also after a restart, as Azurite saves what it knows only every 5 s.</summary>
    public async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        foreach (var port in new[] { ports.Blob, ports.Queue, ports.Table })
        {
            if (!await HttpProbe.AnswersAsync(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/"), cancellationToken))
            {
                return false;
            }
        }

        try
        {
            var blobs = new BlobServiceClient(account.ConnectionString(ports));
            foreach (var container in Containers)
            {
                await blobs.GetBlobContainerClient(container).CreateIfNotExistsAsync(cancellationToken: cancellationToken);
            }

            return true;
        }
        catch (RequestFailedException)
        {
            return false; // Not quite up; whoever asks decides how long to go on asking.
        }
    }
}
