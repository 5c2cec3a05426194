using Azure.Storage.Queues.Models;
using DurableMl.Local.Functions.Invocation;

namespace DurableMl.Local.Functions.Queues;

/// <summary>Runs a queue function with a text as its message.</summary>
internal sealed class QueueManualTrigger(TimeProvider time) : IManualTrigger
{
    public bool Handles(DiscoveredFunction function) => function.Trigger is QueueTriggerAttribute;

    public Task<TriggerEvent> CreateAsync(DiscoveredFunction function, string? input, CancellationToken cancellation)
    {
        DateTimeOffset now = time.GetUtcNow();
        QueueMessage message = QueuesModelFactory.QueueMessage(
            Guid.NewGuid().ToString(),
            popReceipt: "",
            BinaryData.FromString(input ?? ""),
            dequeueCount: 1,
            nextVisibleOn: now,
            insertedOn: now,
            expiresOn: now.AddDays(7)
        );
        return Task.FromResult(new TriggerEvent { Value = message, BindingData = QueueMessageProcessor.BindingData(message) });
    }
}
