using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Local.Functions.Invocation;

namespace DurableMl.Local.Functions.Blobs;

/// <summary>Makes the event of a blob.</summary>
internal static class BlobTriggerEvent
{
    /// <exception cref="Azure.RequestFailedException">The blob is not there, or not as the conditions want it.</exception>
    public static async Task<TriggerEvent> CreateAsync(
        BlobContainerClient container,
        BlobClient blob,
        string? connection,
        Dictionary<string, object?> names,
        BlobRequestConditions? conditions,
        CancellationToken cancellation
    )
    {
        BlobProperties properties = await blob.GetPropertiesAsync(conditions, cancellation);
        return new TriggerEvent
        {
            Value = new BlobReference(container, blob.Name, connection),
            BindingData = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase)
            {
                ["BlobTrigger"] = $"{container.Name}/{blob.Name}",
                ["Uri"] = blob.Uri,
                ["Properties"] = properties,
                ["Metadata"] = properties.Metadata,
            }.With(names),
        };
    }
}
