namespace Azure.Compute.Batch;

/// <summary>When files are uploaded.</summary>
public class OutputFileUploadConfig
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="uploadCondition">When they are uploaded.</param>
    public OutputFileUploadConfig(OutputFileUploadCondition uploadCondition)
    {
        UploadCondition = uploadCondition;
    }

    internal OutputFileUploadConfig()
    {
    }

    /// <summary>When they are uploaded.</summary>
    public OutputFileUploadCondition UploadCondition { get; set; }
}
