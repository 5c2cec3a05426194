namespace Microsoft.DurableTask;

/// <summary>A page of a sequence.</summary>
/// <typeparam name="T">The type of the elements.</typeparam>
/// <param name="values">The elements.</param>
/// <param name="continuationToken">Where the next page starts; <c>null</c> on the last.</param>
public sealed class Page<T>(IReadOnlyList<T> values, string? continuationToken = null)
    where T : notnull
{
    /// <summary>The elements.</summary>
    public IReadOnlyList<T> Values { get; } = values ?? throw new ArgumentNullException(nameof(values));

    /// <summary>Where the next page starts; <c>null</c> on the last.</summary>
    public string? ContinuationToken { get; } = continuationToken;
}
