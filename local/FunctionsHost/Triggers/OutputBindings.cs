using System.Collections;
using DurableMl.FunctionsHost.App;
using DurableMl.FunctionsHost.Worker.Protocol;
using Microsoft.Azure.WebJobs;
using Newtonsoft.Json.Linq;

namespace DurableMl.FunctionsHost.Triggers;

/// <summary>Writes what a function returned to the queues and blobs that its output bindings name.</summary>
internal static class OutputBindings
{
    /// <summary>Writes all outputs of one invocation.</summary>
    /// <param name="function">Whose outputs.</param>
    /// <param name="response">What the worker answered.</param>
    /// <param name="binder">Knows the values for expressions such as <c>{name}</c>.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task WriteAsync(FunctionDefinition function, InvocationResponse response, Binder binder, CancellationToken cancellationToken)
    {
        foreach (var binding in function.Outputs)
        {
            var data = string.Equals(binding.Name, "$return", StringComparison.Ordinal)
                ? response.ReturnValue
                : response.OutputData.FirstOrDefault(output => string.Equals(output.Name, binding.Name, StringComparison.Ordinal))?.Data;
            // A function that returns null writes nothing.
            if (TypedDataConversion.ToObject(data) is not { } value)
            {
                continue;
            }

            var attribute = BindingAttributes.Describe(binding).Create();
            await (attribute is QueueAttribute
                ? WriteMessagesAsync(value, attribute, binder, cancellationToken)
                : WriteBlobAsync(value, attribute, binder, cancellationToken));
        }
    }

    private static async Task WriteMessagesAsync(object value, Attribute attribute, Binder binder, CancellationToken cancellationToken)
    {
        if (value is byte[] bytes)
        {
            await AddAsync(bytes, attribute, binder, cancellationToken);
            return;
        }

        // A list is a message for each of its elements.
        foreach (var item in value is JArray or string[] or byte[][] ? ((IEnumerable)value).Cast<object>() : [value])
        {
            await (item is byte[] itemBytes
                ? AddAsync(itemBytes, attribute, binder, cancellationToken)
                : AddAsync(
                    item is JValue { Type: JTokenType.String } text ? text.Value<string>()! : TypedDataConversion.ToText(item),
                    attribute,
                    binder,
                    cancellationToken));
        }
    }

    private static async Task AddAsync<T>(T message, Attribute attribute, Binder binder, CancellationToken cancellationToken)
    {
        var queue = await binder.BindAsync<IAsyncCollector<T>>(attribute, cancellationToken);
        await queue.AddAsync(message, cancellationToken);
        await queue.FlushAsync(cancellationToken);
    }

    private static async Task WriteBlobAsync(object value, Attribute attribute, Binder binder, CancellationToken cancellationToken)
    {
        await using var blob = await binder.BindAsync<Stream>(attribute, cancellationToken);
        await blob.WriteAsync(TypedDataConversion.ToBytes(value), cancellationToken);
    }
}
