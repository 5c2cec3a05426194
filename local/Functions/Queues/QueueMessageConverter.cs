using Azure.Storage.Queues.Models;
using DurableMl.Local.Functions.Invocation;
using Microsoft.Azure.Functions.Worker.Converters;

namespace DurableMl.Local.Functions.Queues;

/// <summary>Gives a parameter a queue's message: whole, or its body as whatever the parameter is.</summary>
internal sealed class QueueMessageConverter(ValueConverter values) : IInputConverter
{
    public ValueTask<ConversionResult> ConvertAsync(ConverterContext context)
    {
        if (context.Source is not QueueMessage message)
        {
            return new(ConversionResult.Unhandled());
        }

        return new(
            context.TargetType == typeof(QueueMessage)
                ? ConversionResult.Success(message)
                : values.FromBytes(message.Body, context.TargetType)
        );
    }
}
