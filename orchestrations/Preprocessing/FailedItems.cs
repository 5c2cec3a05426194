using System.Security.Cryptography;
using System.Text.Json;
using Azure.Storage.Blobs;
using DurableMl.Orchestrations.Blobs;

namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>Something of the raw data that could not be read.</summary>
/// <param name="Item">Its container and name.</param>
/// <param name="Reason">Why.</param>
public sealed record FailedItem(string Item, string Reason);

/// <summary>The limit on what may be left out, and the list of it.</summary>
internal static class FailedItems
{
    /// <summary>The file that lists what could not be read.</summary>
    public const string File = "failed-items.json";

    private const int MaxNamed = 50;

    /// <summary>Checks those of one part.</summary>
    /// <exception cref="DatasetFormatException">There are so many over the limit that no more could be named.</exception>
    public static void CheckPart(IReadOnlyList<FailedItem> failed, int limit)
    {
        if (failed.Count > limit + MaxNamed)
        {
            Check(failed, limit, isAll: false);
        }
    }

    /// <summary>Checks all of them.</summary>
    /// <exception cref="DatasetFormatException">There are more than the limit; it names them.</exception>
    public static void Check(IReadOnlyList<FailedItem> failed, int limit, bool isAll = true)
    {
        if (failed.Count > limit)
        {
            string named = string.Join("; ", failed.Take(MaxNamed).Select(item => $"{item.Item} {item.Reason}"));
            string more = failed.Count > MaxNamed ? $"; and {failed.Count - MaxNamed} more" : "";
            throw new DatasetFormatException(
                "dataset.maxFailedItems", $"at most {limit} items that cannot be read", $"{(isAll ? "" : "at least ")}{failed.Count}: {named}{more}");
        }
    }

    /// <summary>Leaves the list in the run's staging folder; null where there is nothing to list.</summary>
    public static async Task<DatasetFile?> WriteAsync(
        BlobServiceClient blobs, string dataset, string runId, IReadOnlyList<FailedItem> failed, CancellationToken cancellationToken)
    {
        if (failed.Count == 0)
        {
            return null;
        }

        await blobs.GetBlobContainerClient(DataContainers.Datasets).GetBlobClient(DatasetBlobs.Staging(dataset, runId) + File).WriteJsonAsync(failed, cancellationToken);
        return FileOf(failed);
    }

    /// <summary>The file of a list that <see cref="WriteAsync"/> left.</summary>
    public static DatasetFile FileOf(IReadOnlyList<FailedItem> failed) =>
        new(File, Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(failed, JsonBlobs.Options))));

    /// <summary>What a message says of an item, without the item's own name.</summary>
    public static FailedItem Of(string item, string message) =>
        new(item, message.StartsWith(item, StringComparison.Ordinal) ? message[item.Length..].TrimStart(',', ':', ' ') : message);
}
