namespace Microsoft.DurableTask.Worker;

/// <summary>Passes on another provider's properties.</summary>
/// <param name="inner">The other provider.</param>
public sealed class ExceptionPropertiesProviderAdapter(IExceptionPropertiesProvider inner) : IExceptionPropertiesProvider
{
    readonly IExceptionPropertiesProvider inner = inner ?? throw new ArgumentNullException(nameof(inner));

    /// <inheritdoc/>
    public IDictionary<string, object?>? GetExceptionProperties(Exception exception) => inner.GetExceptionProperties(exception);
}
