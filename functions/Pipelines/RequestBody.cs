using Microsoft.Azure.Functions.Worker.Http;

namespace DurableMl.Functions.Pipelines;

/// <summary>Reads request bodies up to a limit.</summary>
internal static class RequestBody
{
    /// <summary>The body; null when it is longer than <paramref name="limit"/> bytes.</summary>
    public static async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpRequestData request, int limit, CancellationToken cancellationToken)
    {
        var buffer = new byte[limit + 1];
        int length = await request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        // Not "null": that would be converted to an empty memory.
        return length > limit ? default(ReadOnlyMemory<byte>?) : buffer.AsMemory(0, length);
    }
}
