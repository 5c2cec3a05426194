using Azure.Storage.Blobs;
using DurableMl.Local.Functions.Invocation;
using DurableMl.Local.Functions.Storage;

namespace DurableMl.Local.Functions.Blobs;

/// <summary>Runs a blob function for a blob given by container and name.</summary>
internal sealed class BlobManualTrigger(StorageConnections storage, HostSettings settings) : IManualTrigger
{
    public bool Handles(DiscoveredFunction function) => function.Trigger is BlobTriggerAttribute;

    public async Task<TriggerEvent> CreateAsync(DiscoveredFunction function, string? input, CancellationToken cancellation)
    {
        BlobTriggerAttribute trigger = (BlobTriggerAttribute)function.Trigger;
        BlobPath path = new(trigger.BlobPath, settings.Configuration);
        string[] parts = (input ?? "").Split('/', 2);
        if (parts.Length != 2 || parts[0] != path.TriggerContainer || path.Match(parts[1]) is not { } names)
        {
            throw new FormatException($"'{input}' is not a blob of '{trigger.BlobPath}': give container and name.");
        }

        BlobContainerClient container = storage.Blobs(trigger.Connection).GetBlobContainerClient(parts[0]);
        BlobClient blob = container.GetBlobClient(parts[1]);
        return await BlobTriggerEvent.CreateAsync(container, blob, trigger.Connection, names, conditions: null, cancellation);
    }
}
