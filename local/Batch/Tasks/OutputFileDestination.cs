namespace Azure.Compute.Batch;

/// <summary>Output file destination of the Batch service.</summary>
public class OutputFileDestination
{
    /// <summary>Creates one with nothing set.</summary>
    public OutputFileDestination()
    {
    }

    /// <summary>A blob container.</summary>
    public OutputFileBlobContainerDestination Container { get; set; }
}
