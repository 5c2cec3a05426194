using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace DurableMl.Registry;

/// <summary>Blobs that were removed.</summary>
/// <param name="Count">How many.</param>
/// <param name="Bytes">What they held.</param>
public readonly record struct RemovedBlobs(long Count, long Bytes)
{
    private const int Parallelism = 16;

    /// <summary>The sum of two.</summary>
    public static RemovedBlobs operator +(RemovedBlobs one, RemovedBlobs other) => Add(one, other);

    /// <summary>The sum of two.</summary>
    public static RemovedBlobs Add(RemovedBlobs left, RemovedBlobs right) => new(left.Count + right.Count, left.Bytes + right.Bytes);

    /// <summary>Removes blobs below a prefix, as pages of them are listed, a few at a time. What is gone already counts for nothing.</summary>
    /// <param name="container">Where they lie; it must exist.</param>
    /// <param name="prefix">What their names begin with.</param>
    /// <param name="isMeant">Which of them go.</param>
    /// <param name="cancellationToken">Nobody asks any more.</param>
    public static async Task<RemovedBlobs> BelowAsync(BlobContainerClient container, string prefix, Predicate<string> isMeant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(container);
        long count = 0;
        long bytes = 0;
        await Parallel.ForEachAsync(
            container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancellationToken).Where(blob => isMeant(blob.Name)),
            new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken },
            async (blob, token) =>
            {
                if (await container.DeleteBlobIfExistsAsync(blob.Name, DeleteSnapshotsOption.IncludeSnapshots, cancellationToken: token))
                {
                    Interlocked.Increment(ref count);
                    Interlocked.Add(ref bytes, blob.Properties.ContentLength ?? 0);
                }
            });
        return new(count, bytes);
    }
}
