namespace Microsoft.Azure.Functions.Worker;

/// <summary>Sends the returned value, or a property of it, to a storage queue.</summary>
public sealed class QueueOutputAttribute : OutputBindingAttribute
{
    /// <summary>Creates the attribute.</summary>
    /// <param name="queueName">The queue, with binding expressions.</param>
    public QueueOutputAttribute(string queueName)
    {
        QueueName = queueName;
    }

    /// <summary>The queue.</summary>
    public string QueueName { get; }

    /// <summary>The setting that names the storage account; <c>AzureWebJobsStorage</c> when not set.</summary>
    public string? Connection { get; set; }
}
