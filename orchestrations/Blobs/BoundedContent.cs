namespace DurableMl.Orchestrations.Blobs;

/// <summary>Reads what users send, up to a limit. Memory is taken as bytes come, not as they are announced.</summary>
public static class BoundedContent
{
    private const int FirstBytes = 4096;

    /// <summary>All of a stream; null when it is longer than <paramref name="limit"/> bytes.</summary>
    public static async Task<ReadOnlyMemory<byte>?> ReadAsync(Stream stream, int limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);
        byte[] buffer = new byte[Math.Min(FirstBytes, limit + 1)];
        int length = 0;
        for (int read; (read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken)) > 0;)
        {
            length += read;
            if (length > limit)
            {
                return null;
            }

            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, Math.Min(2 * length, limit + 1));
            }
        }

        return buffer.AsMemory(0, length);
    }
}
