namespace Microsoft.DurableTask;

/// <summary>A sequence fetched page by page.</summary>
/// <typeparam name="T">The type of the elements.</typeparam>
public abstract class AsyncPageable<T> : IAsyncEnumerable<T>
    where T : notnull
{
    /// <summary>The pages of the sequence.</summary>
    /// <param name="continuationToken">Where to go on; <c>null</c> starts from the beginning.</param>
    /// <param name="pageSizeHint">Elements wanted in each page; <c>null</c> takes the query's.</param>
    public abstract IAsyncEnumerable<Page<T>> AsPages(string? continuationToken = null, int? pageSizeHint = null);

    /// <inheritdoc/>
    public async IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        await foreach (Page<T> page in AsPages().WithCancellation(cancellationToken))
        {
            foreach (T value in page.Values)
            {
                yield return value;
            }
        }
    }
}
