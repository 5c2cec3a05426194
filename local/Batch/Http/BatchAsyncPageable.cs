#nullable enable
namespace Azure.Compute.Batch;

/// <summary>A list read page by page.</summary>
internal sealed class BatchAsyncPageable<T>(BatchPipeline pipeline, BatchRequest first, CancellationToken cancellationToken) : AsyncPageable<T>(cancellationToken)
    where T : notnull
{
    public override async IAsyncEnumerable<Page<T>> AsPages(string? continuationToken = null, int? pageSizeHint = null)
    {
        BatchRequest? request = BatchPage<T>.First(first, continuationToken, pageSizeHint);
        while (request is not null)
        {
            Page<T> page = BatchPage<T>.From(await pipeline.SendAsync(request, CancellationToken).ConfigureAwait(false));
            yield return page;
            request = BatchPage<T>.Next(first, page.ContinuationToken);
        }
    }
}
