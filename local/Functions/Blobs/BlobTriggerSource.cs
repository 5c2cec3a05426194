namespace Microsoft.Azure.Functions.Worker;

/// <summary>How a blob trigger finds changes.</summary>
public enum BlobTriggerSource
{
    /// <summary>By polling the container.</summary>
    LogsAndContainerScan = 0,

    /// <summary>By Event Grid.</summary>
    EventGrid = 1,
}
