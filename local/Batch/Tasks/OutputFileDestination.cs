namespace Azure.Compute.Batch;

/// <summary>Where files are uploaded to.</summary>
public class OutputFileDestination
{
    /// <summary>Creates one with nothing set.</summary>
    public OutputFileDestination()
    {
    }

    /// <summary>A blob container.</summary>
    public OutputFileBlobContainerDestination Container { get; set; }
}
