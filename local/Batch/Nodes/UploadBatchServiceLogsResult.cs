namespace Azure.Compute.Batch;

/// <summary>Where the logs go.</summary>
public class UploadBatchServiceLogsResult
{
    internal UploadBatchServiceLogsResult()
    {
    }

    /// <summary>Virtual folder of the container that the logs were uploaded to.</summary>
    public string VirtualDirectoryName { get; internal set; }

    /// <summary>How many files will be uploaded.</summary>
    public int NumberOfFilesUploaded { get; internal set; }

    /// <summary>Reads the body of a response.</summary>
    public static explicit operator UploadBatchServiceLogsResult(Response response) => BatchJson.Read<UploadBatchServiceLogsResult>(response.Content);
}
