using System.Globalization;
using Azure.Core;

namespace Azure.Compute.Batch;

/// <summary>Properties of a file on a node, as the service's headers tell them.</summary>
public class BatchFileProperties
{
    internal BatchFileProperties()
    {
    }

    /// <summary>When the file was created, in UTC.</summary>
    public DateTime CreationTime { get; internal set; }

    /// <summary>Address of the file.</summary>
    public string FileUrl { get; internal set; }

    /// <summary>Whether it is a folder.</summary>
    public bool IsDirectory { get; internal set; }

    /// <summary>Unix permissions, in octal.</summary>
    public string Mode { get; internal set; }

    internal static BatchFileProperties FromHeaders(ResponseHeaders headers) => new()
    {
        CreationTime = headers.TryGetValue("ocp-creation-time", out string time)
            ? DateTimeOffset.Parse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).UtcDateTime
            : default,
        FileUrl = headers.TryGetValue("ocp-batch-file-url", out string url) ? url : null,
        IsDirectory = headers.TryGetValue("ocp-batch-file-isdirectory", out string folder) && bool.Parse(folder),
        Mode = headers.TryGetValue("ocp-batch-file-mode", out string mode) ? mode : null,
    };
}
