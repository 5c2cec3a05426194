using System.Collections;
using Azure.Storage.Queues;
using DurableMl.Local.Functions.Http;
using DurableMl.Local.Functions.Invocation;
using DurableMl.Local.Functions.Storage;

namespace DurableMl.Local.Functions.Queues;

/// <summary>Sends <see cref="QueueOutputAttribute"/> outputs: one message, or one for each item of a collection. The queue is made when it is not there.</summary>
internal sealed class QueueOutputWriter(StorageConnections storage, HostSettings settings, TimeProvider time) : IOutputWriter
{
    public bool Handles(BindingAttribute attribute) => attribute is QueueOutputAttribute;

    public async Task WriteAsync(BindingAttribute attribute, object value, FunctionContext context)
    {
        QueueOutputAttribute output = (QueueOutputAttribute)attribute;
        string name = new BindingTemplate(SettingText.Resolve(output.QueueName, settings.Configuration)).Fill(
            context.BindingContext.BindingData,
            time
        );
        QueueClient queue = storage.Queues(output.Connection).GetQueueClient(name.ToLowerInvariant());
        await queue.CreateIfNotExistsAsync(cancellationToken: context.CancellationToken);
        foreach (object item in value is IEnumerable several and not (string or byte[]) ? several.Cast<object>() : [value])
        {
            await queue.SendMessageAsync(Body(item, context), cancellationToken: context.CancellationToken);
        }
    }

    private static BinaryData Body(object value, FunctionContext context) =>
        value switch
        {
            string text => BinaryData.FromString(text),
            byte[] bytes => BinaryData.FromBytes(bytes),
            BinaryData data => data,
            _ => context.Serializer().Serialize(value, value.GetType(), context.CancellationToken),
        };
}
