namespace Azure.Compute.Batch;

/// <summary>Upload service logs result of the Batch service.</summary>
public class UploadBatchServiceLogsResult
{
    internal UploadBatchServiceLogsResult()
    {
    }

    /// <summary>The virtual directory name.</summary>
    public string VirtualDirectoryName { get; internal set; }

    /// <summary>The number of files uploaded.</summary>
    public int NumberOfFilesUploaded { get; internal set; }

    /// <summary>Reads the body of a response.</summary>
    public static explicit operator UploadBatchServiceLogsResult(Response response) => BatchJson.Read<UploadBatchServiceLogsResult>(response.Content);
}
