using System.Buffers;
using System.Security.Cryptography;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Microsoft.Win32.SafeHandles;

namespace DurableMl.Registry;

/// <summary>
/// Downloads a blob into a file in several ranges at a time, and hashes each as soon as all before it are there, so that a large model
/// is hashed by the time it has arrived. The client library's own <c>DownloadTo</c> reads one body after the other.
/// </summary>
internal static class RangedDownload
{
    private const int RangeBytes = 8 << 20;
    private const int RangesAtATime = 8;

    /// <returns>The SHA-256 of the content, in lower-case hexadecimal.</returns>
    /// <exception cref="RequestFailedException">The blob does not exist, or is no longer the one that <paramref name="etag"/> names.</exception>
    /// <exception cref="EndOfStreamException">The blob has fewer bytes than <paramref name="length"/>.</exception>
    public static async Task<string> ToFileAsync(BlobClient blob, ETag etag, long length, string path, CancellationToken cancellationToken)
    {
        using SafeFileHandle file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.Asynchronous, length);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var window = new Queue<Task<(byte[] Buffer, int Count)>>();
        try
        {
            for (long next = 0; next < length || window.Count > 0;)
            {
                while (next < length && window.Count < RangesAtATime)
                {
                    int count = (int)Math.Min(RangeBytes, length - next);
                    window.Enqueue(DownloadAsync(blob, etag, next, count, file, stop.Token));
                    next += count;
                }

                (byte[] buffer, int bytes) = await window.Dequeue();
                hash.AppendData(buffer, 0, bytes);
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
        finally
        {
            // The file must not be closed under ranges that are still written.
            await stop.CancelAsync();
            await ((Task)Task.WhenAll(window)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static async Task<(byte[] Buffer, int Count)> DownloadAsync(
        BlobClient blob, ETag etag, long offset, int count, SafeFileHandle file, CancellationToken cancellationToken)
    {
        var options = new BlobDownloadOptions { Range = new HttpRange(offset, count), Conditions = new() { IfMatch = etag } };
        using BlobDownloadStreamingResult result = await blob.DownloadStreamingAsync(options, cancellationToken);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(count);
        await result.Content.ReadExactlyAsync(buffer.AsMemory(0, count), cancellationToken);
        await RandomAccess.WriteAsync(file, buffer.AsMemory(0, count), offset, cancellationToken);
        return (buffer, count);
    }
}
