using System.Text.Json;
using System.Text.Json.Serialization;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace DurableMl.Orchestrations.Blobs;

/// <summary>JSON documents in blobs: camelCase members, enums as text, nulls left out.</summary>
public static class JsonBlobs
{
    /// <summary>How documents are written and read.</summary>
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private const long MaxBytes = 16 << 20;

    /// <summary>A document as JSON that every serializer writes the same way, for statuses and outputs that people and tools read.</summary>
    public static JsonElement ToElement<T>(T document) => JsonSerializer.SerializeToElement(document, Options);

    /// <summary>Writes a document over whatever is there.</summary>
    public static async Task WriteJsonAsync<T>(this BlobClient blob, T document, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(blob);
        await blob.UploadAsync(BinaryData.FromObjectAsJson(document, Options), Json(conditions: null), cancellationToken);
    }

    /// <summary>Writes bytes of JSON unless the blob exists. Returns whether it was written.</summary>
    public static async Task<bool> TryCreateJsonAsync(this BlobClient blob, ReadOnlyMemory<byte> utf8, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(blob);
        try
        {
            await blob.UploadAsync(BinaryData.FromBytes(utf8), Json(new BlobRequestConditions { IfNoneMatch = ETag.All }), cancellationToken);
            return true;
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
            return false;
        }
    }

    /// <summary>Writes a document over the one that has an ETag; over nothing where that is the default.</summary>
    /// <returns>The new ETag; null where somebody else was faster.</returns>
    public static async Task<ETag?> TryReplaceJsonAsync<T>(this BlobClient blob, T document, ETag current, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(blob);
        bool isNew = current == default;
        var conditions = isNew ? new BlobRequestConditions { IfNoneMatch = ETag.All } : new BlobRequestConditions { IfMatch = current };
        try
        {
            return (await blob.UploadAsync(BinaryData.FromObjectAsJson(document, Options), Json(conditions), cancellationToken)).Value.ETag;
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412 || (e.Status == 404 && !isNew))
        {
            return null;
        }
    }

    /// <summary>Reads a document; null where the blob does not exist.</summary>
    /// <exception cref="InvalidDataException">The blob holds something else.</exception>
    public static async Task<T?> ReadJsonAsync<T>(this BlobClient blob, CancellationToken cancellationToken)
        where T : class => (await blob.ReadJsonWithETagAsync<T>(cancellationToken)).Document;

    /// <summary>Reads a document and its ETag; null where the blob does not exist.</summary>
    /// <exception cref="InvalidDataException">The blob holds something else.</exception>
    public static async Task<(T? Document, ETag ETag)> ReadJsonWithETagAsync<T>(this BlobClient blob, CancellationToken cancellationToken)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(blob);
        try
        {
            Response<BlobDownloadStreamingResult> response = await blob.DownloadStreamingAsync(cancellationToken: cancellationToken);
            await using Stream content = response.Value.Content;
            if (response.Value.Details.ContentLength > MaxBytes)
            {
                throw new InvalidDataException($"{blob.BlobContainerName}/{blob.Name} is larger than {MaxBytes} bytes.");
            }

            return (await JsonSerializer.DeserializeAsync<T>(content, Options, cancellationToken), response.Value.Details.ETag);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return default;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{blob.BlobContainerName}/{blob.Name} is not the JSON it should be: {e.Message}", e);
        }
    }

    private static BlobUploadOptions Json(BlobRequestConditions? conditions) =>
        new() { Conditions = conditions, HttpHeaders = new BlobHttpHeaders { ContentType = "application/json" } };
}
