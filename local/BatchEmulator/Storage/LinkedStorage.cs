using System.Text.Json.Nodes;
using Azure;
using Azure.Storage;
using Azure.Storage.Blobs;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.Storage;

/// <summary>The storage account that is linked to the Batch account: what <c>autoStorageContainerName</c> and mounts mean.</summary>
internal sealed class LinkedStorage
{
    private readonly BlobServiceClient? service;

    /// <summary>Opens it; null or empty: none is linked.</summary>
    /// <exception cref="InvalidOperationException">It is no connection string.</exception>
    public LinkedStorage(string? connectionString)
    {
        try
        {
            service = string.IsNullOrWhiteSpace(connectionString) ? null : new BlobServiceClient(connectionString);
        }
        catch (Exception e) when (e is FormatException or ArgumentException or InvalidOperationException)
        {
            // The text itself holds a key.
            throw new InvalidOperationException("BatchEmulator:Storage must be the connection string of a storage account.", e);
        }
    }

    /// <summary>Refuses what needs an account that is not there, wherever it stands in a definition.</summary>
    /// <exception cref="BatchException">400, naming the property.</exception>
    public void Check(JsonNode? definition, string path = "")
    {
        if (definition is JsonArray items)
        {
            foreach (var (item, i) in items.Select((item, i) => (item, i)))
            {
                Check(item, $"{path}[{i}]");
            }
        }
        else if (definition is JsonObject properties)
        {
            foreach (var (name, value) in properties)
            {
                var inner = path.Length == 0 ? name : $"{path}.{name}";
                if (name == "autoStorageContainerName" && service is null)
                {
                    throw BatchErrors.InvalidProperty(inner, value?.GetValue<string>(), "No storage account is linked: set BatchEmulator:Storage to one's connection string, or use storageContainerUrl.");
                }

                if (name == "azureBlobFileSystemConfiguration" && value is JsonObject mount && !IsLinked(mount))
                {
                    throw BatchErrors.InvalidProperty(inner + ".accountName", mount.Text("accountName"),
                        service is null
                            ? "The emulator does not know where this account is: set BatchEmulator:Storage to its connection string."
                            : $"The emulator knows the account '{service.AccountName}' of its setting BatchEmulator:Storage only.");
                }

                Check(value, inner);
            }
        }
    }

    /// <summary>A container as the account's own.</summary>
    public BlobContainerClient Container(string name) => Service.GetBlobContainerClient(name);

    /// <summary>The container that a mount names, opened with the mount's own key or signature, as the node does.</summary>
    /// <exception cref="FormatException">The key is no base64.</exception>
    public BlobContainerClient Container(JsonObject azureBlobFileSystem)
    {
        var container = Container(azureBlobFileSystem.Text("containerName")!).Uri;
        return azureBlobFileSystem.Text("sasKey") is { } sas
            ? new BlobContainerClient(container, new AzureSasCredential(sas.TrimStart('?')))
            : new BlobContainerClient(container, new StorageSharedKeyCredential(Service.AccountName, azureBlobFileSystem.Text("accountKey")));
    }

    private BlobServiceClient Service => service ?? throw new InvalidOperationException("No storage account is linked.");

    private bool IsLinked(JsonObject mount) => string.Equals(service?.AccountName, mount.Text("accountName"), StringComparison.OrdinalIgnoreCase);
}
