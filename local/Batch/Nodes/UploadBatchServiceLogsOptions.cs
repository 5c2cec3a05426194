using System.Text.Json.Serialization;
using Azure.Core;

namespace Azure.Compute.Batch;

/// <summary>Which logs to upload, and where to.</summary>
public class UploadBatchServiceLogsOptions
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="containerUri">Blob container, with its SAS unless an identity gives access.</param>
    /// <param name="startTime">When it started.</param>
    public UploadBatchServiceLogsOptions(Uri containerUri, DateTimeOffset startTime)
    {
        ContainerUri = containerUri ?? throw new ArgumentNullException(nameof(containerUri));
        StartTime = startTime;
    }

    internal UploadBatchServiceLogsOptions()
    {
    }

    /// <summary>Blob container, with its SAS unless an identity gives access.</summary>
    [JsonPropertyName("containerUrl")]
    public Uri ContainerUri { get; internal set; }

    /// <summary>When it started.</summary>
    public DateTimeOffset StartTime { get; internal set; }

    /// <summary>When it ended; null until then.</summary>
    public DateTimeOffset? EndTime { get; set; }

    /// <summary>Managed identity that has access.</summary>
    public BatchNodeIdentityReference IdentityReference { get; set; }

    /// <summary>The JSON that is sent.</summary>
    public static implicit operator RequestContent(UploadBatchServiceLogsOptions uploadBatchServiceLogsOptions) => uploadBatchServiceLogsOptions is null ? null : BatchJson.Content(uploadBatchServiceLogsOptions);
}
