using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Files to put on a node before a command runs: exactly one source is set.</summary>
public class ResourceFile
{
    /// <summary>Creates one with nothing set.</summary>
    public ResourceFile()
    {
    }

    /// <summary>Container of the account's own storage.</summary>
    public string AutoStorageContainerName { get; set; }

    /// <summary>Container to download from, with its SAS unless an identity gives access.</summary>
    [JsonPropertyName("storageContainerUrl")]
    public Uri StorageContainerUri { get; set; }

    /// <summary>File to download, with its SAS unless it is public or an identity gives access.</summary>
    [JsonPropertyName("httpUrl")]
    public Uri HttpUri { get; set; }

    /// <summary>Download only blobs whose names begin so.</summary>
    public string BlobPrefix { get; set; }

    /// <summary>Where to put it, relative to the working directory.</summary>
    public string FilePath { get; set; }

    /// <summary>Unix permissions, in octal.</summary>
    public string FileMode { get; set; }

    /// <summary>Managed identity that has access.</summary>
    public BatchNodeIdentityReference IdentityReference { get; set; }
}
