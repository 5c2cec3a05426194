namespace Microsoft.Azure.Functions.Worker;

/// <summary>Starts a function for every message of a storage queue.</summary>
public sealed class QueueTriggerAttribute : TriggerBindingAttribute
{
    /// <summary>Creates the attribute.</summary>
    /// <param name="queueName">The queue.</param>
    public QueueTriggerAttribute(string queueName)
    {
        QueueName = queueName;
    }

    /// <summary>The queue.</summary>
    public string QueueName { get; }

    /// <summary>The setting that names the storage account; <c>AzureWebJobsStorage</c> when not set.</summary>
    public string? Connection { get; set; }
}
