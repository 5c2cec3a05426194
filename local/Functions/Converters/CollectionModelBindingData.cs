namespace Microsoft.Azure.Functions.Worker.Core;

/// <summary>References that a binding hands over together.</summary>
public abstract class CollectionModelBindingData
{
    /// <summary>The references.</summary>
    public abstract ModelBindingData[] ModelBindingData { get; }
}
