namespace Azure.Compute.Batch;

public static partial class ComputeBatchModelFactory
{
    /// <summary>A file on a node.</summary>
    public static BatchNodeFile BatchNodeFile(
        string name = null,
        Uri uri = null,
        bool? isDirectory = null,
        FileProperties properties = null) => new()
    {
        Name = name,
        Uri = uri,
        IsDirectory = isDirectory,
        Properties = properties,
    };

    /// <summary>Properties of a file on a node.</summary>
    public static FileProperties FileProperties(
        DateTimeOffset? creationTime = null,
        DateTimeOffset lastModified = default,
        long contentLength = default,
        string contentType = null,
        string fileMode = null) => new()
    {
        CreationTime = creationTime,
        LastModified = lastModified,
        ContentLength = contentLength,
        ContentType = contentType,
        FileMode = fileMode,
    };
}
