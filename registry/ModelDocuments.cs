using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace DurableMl.Registry;

/// <summary>What every part of the registry keeps: JSON documents that change under their ETags, and logs to which any process may add.</summary>
/// <param name="container">The <c>models</c> container.</param>
internal sealed class ModelDocuments(BlobContainerClient container)
{
    private const int MaxBytes = 4 << 20;
    private const int MaxAttempts = 50;

    /// <summary>A JSON document and its ETag; null and the default ETag where there is none.</summary>
    /// <exception cref="InvalidDataException">It holds something else, or something that <typeparamref name="T"/> does not have: that would mean something else than its writer meant.</exception>
    public async Task<(T? Value, ETag ETag)> ReadAsync<T>(string blob, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            Response<BlobDownloadStreamingResult> response = await container.GetBlobClient(blob).DownloadStreamingAsync(cancellationToken: cancellationToken);
            await using Stream content = response.Value.Content;
            if (response.Value.Details.ContentLength > MaxBytes)
            {
                throw new InvalidDataException($"'{blob}' is larger than {MaxBytes} bytes.");
            }

            BinaryData json = await BinaryData.FromStreamAsync(content, cancellationToken);
            T value = StrictJson.Read<T>(json.ToMemory(), RegistryJson.Options, out IReadOnlyList<JsonProblem> problems)
                ?? throw new InvalidDataException($"'{blob}' is not as expected: {problems[0].Path} {problems[0].Reason}.");
            return (value, response.Value.Details.ETag);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return (null, default);
        }
    }

    /// <summary>Changes a JSON document under its ETag, as often as it takes.</summary>
    /// <param name="blob">The document.</param>
    /// <param name="change">Makes the new content of the one there is, null where there is none; called again when somebody else was faster. The very same content is not written.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <param name="expected">If given, it is changed only if it still has this ETag; the default one where there must be none.</param>
    /// <exception cref="ModelConflictException">It has another ETag, or others change it all the time.</exception>
    public async Task<(T Value, ETag ETag)> UpdateAsync<T>(string blob, Func<T?, T> change, CancellationToken cancellationToken, ETag? expected = null)
        where T : class
    {
        for (int attempt = 0; attempt < MaxAttempts; attempt++)
        {
            (T? current, ETag etag) = await ReadAsync<T>(blob, cancellationToken);
            if (expected is not null && expected != etag)
            {
                break;
            }

            T changed = change(current);
            if (ReferenceEquals(changed, current))
            {
                return (changed, etag);
            }

            if (await TryReplaceAsync(blob, changed, etag, null, cancellationToken) is { } replaced)
            {
                return (changed, replaced);
            }
        }

        throw new ModelConflictException($"'{blob}' was changed by someone else. Read it again and repeat the change.");
    }

    /// <summary>The blobs under a prefix; none where there is no container yet, because no model was ever published.</summary>
    public async IAsyncEnumerable<BlobItem> ListBlobsAsync(string prefix, BlobTraits traits, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await container.ExistsAsync(cancellationToken))
        {
            await foreach (BlobItem blob in container.GetBlobsAsync(traits, BlobStates.None, prefix, cancellationToken))
            {
                yield return blob;
            }
        }
    }

    /// <summary>Adds whole lines to a log of JSON lines, which is made if need be. Any number of processes may do so.</summary>
    public async Task AppendAsync(string blob, ReadOnlyMemory<byte> lines, CancellationToken cancellationToken)
    {
        AppendBlobClient log = container.GetAppendBlobClient(blob);
        await log.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        await using Stream content = BinaryData.FromBytes(lines).ToStream();
        await log.AppendBlockAsync(content, new AppendBlobAppendBlockOptions(), cancellationToken);
    }

    /// <summary>Writes over what has the given ETag (default: nothing) and returns the new one, or null if something else is there.</summary>
    public async Task<ETag?> TryReplaceAsync<T>(string blob, T value, ETag current, IDictionary<string, string>? metadata, CancellationToken cancellationToken)
    {
        try
        {
            Response<BlobContentInfo> response = await container.GetBlobClient(blob).UploadAsync(
                BinaryData.FromObjectAsJson(value, RegistryJson.Options),
                new BlobUploadOptions
                {
                    Conditions = current == default ? new() { IfNoneMatch = ETag.All } : new() { IfMatch = current },
                    Metadata = metadata,
                    HttpHeaders = new() { ContentType = "application/json" },
                },
                cancellationToken);
            return response.Value.ETag;
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
            return null;
        }
    }
}
