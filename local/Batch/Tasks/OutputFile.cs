namespace Azure.Compute.Batch;

/// <summary>Files to upload when a task has run.</summary>
public class OutputFile
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="filePattern">Which files: <c>*</c>, <c>**</c>, <c>?</c> and <c>[..]</c>, relative to the working directory.</param>
    /// <param name="destination">Where they go.</param>
    /// <param name="uploadOptions">When they are uploaded.</param>
    public OutputFile(string filePattern, OutputFileDestination destination, OutputFileUploadConfig uploadOptions)
    {
        FilePattern = filePattern ?? throw new ArgumentNullException(nameof(filePattern));
        Destination = destination ?? throw new ArgumentNullException(nameof(destination));
        UploadOptions = uploadOptions ?? throw new ArgumentNullException(nameof(uploadOptions));
    }

    internal OutputFile()
    {
    }

    /// <summary>Which files: <c>*</c>, <c>**</c>, <c>?</c> and <c>[..]</c>, relative to the working directory.</summary>
    public string FilePattern { get; set; }

    /// <summary>Where they go.</summary>
    public OutputFileDestination Destination { get; set; }

    /// <summary>When they are uploaded.</summary>
    public OutputFileUploadConfig UploadOptions { get; set; }
}
