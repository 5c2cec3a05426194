namespace Azure.Compute.Batch;

/// <summary>An error as the service describes it.</summary>
public partial class BatchError
{
    internal BatchError()
    {
    }

    /// <summary>Code for programs.</summary>
    public string Code { get; internal set; }

    /// <summary>Explanation for people.</summary>
    public BatchErrorMessage Message { get; internal set; }

    /// <summary>More about it.</summary>
    public IList<BatchErrorDetail> Values { get; internal set; } = new UnsetList<BatchErrorDetail>();
}
