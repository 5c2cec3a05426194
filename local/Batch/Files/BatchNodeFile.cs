using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>A file on a node.</summary>
public class BatchNodeFile
{
    internal BatchNodeFile()
    {
    }

    /// <summary>Name.</summary>
    public string Name { get; internal set; }

    /// <summary>Address of the resource.</summary>
    [JsonPropertyName("url")]
    public Uri Uri { get; internal set; }

    /// <summary>Whether it is a folder.</summary>
    public bool? IsDirectory { get; internal set; }

    /// <summary>Its properties.</summary>
    public FileProperties Properties { get; internal set; }
}
