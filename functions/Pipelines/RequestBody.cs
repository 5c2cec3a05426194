using DurableMl.Orchestrations.Blobs;
using Microsoft.Azure.Functions.Worker.Http;

namespace DurableMl.Functions.Pipelines;

/// <summary>Reads request bodies up to a limit.</summary>
internal static class RequestBody
{
    /// <summary>The body; null when it is longer than <paramref name="limit"/> bytes.</summary>
    public static Task<ReadOnlyMemory<byte>?> ReadBodyAsync(this HttpRequestData request, int limit, CancellationToken cancellationToken) =>
        BoundedContent.ReadAsync(request.Body, limit, cancellationToken);
}
