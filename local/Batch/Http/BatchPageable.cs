#nullable enable
namespace Azure.Compute.Batch;

/// <summary>A list read page by page, by blocking requests.</summary>
internal sealed class BatchPageable<T>(BatchPipeline pipeline, BatchRequest first, CancellationToken cancellationToken) : Pageable<T>(cancellationToken)
    where T : notnull
{
    public override IEnumerable<Page<T>> AsPages(string? continuationToken = null, int? pageSizeHint = null)
    {
        BatchRequest? request = BatchPage<T>.First(first, continuationToken, pageSizeHint);
        while (request is not null)
        {
            Page<T> page = BatchPage<T>.From(pipeline.Send(request, CancellationToken));
            yield return page;
            request = BatchPage<T>.Next(first, page.ContinuationToken);
        }
    }
}
