using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using DurableMl.Local.Functions.Http;
using Microsoft.Azure.Functions.Worker.Converters;

namespace DurableMl.Local.Functions.Blobs;

/// <summary>Gives a parameter a blob: as a client, a stream, its content, or what its content is JSON of.</summary>
internal sealed class BlobConverter : IInputConverter
{
    public async ValueTask<ConversionResult> ConvertAsync(ConverterContext context)
    {
        if (context.Source is not BlobReference blob)
        {
            return ConversionResult.Unhandled();
        }

        Type target = context.TargetType;
        if (target == typeof(BlobContainerClient))
        {
            return ConversionResult.Success(blob.Container);
        }

        if (ItemType(target) is { } item)
        {
            return ConversionResult.Success(await CollectionAsync(context, blob, target, item));
        }

        string name =
            blob.Name
            ?? throw new NotSupportedException(
                $"A container can be bound to {nameof(BlobContainerClient)} or a collection, not to {target}."
            );
        return ConversionResult.Success(await ItemAsync(context, blob.Container, name, target));
    }

    /// <summary>What a collection is of; null where the type is none. Text and bytes are content, not collections.</summary>
    private static Type? ItemType(Type target)
    {
        if (target == typeof(byte[]))
        {
            return null;
        }

        return target.IsArray ? target.GetElementType()
            : target.IsGenericType && target.GetGenericTypeDefinition() == typeof(IEnumerable<>) ? target.GetGenericArguments()[0]
            : null;
    }

    /// <summary>The blobs whose names begin with the path's; all of a container's where there is no more to the path.</summary>
    private static async Task<object> CollectionAsync(ConverterContext context, BlobReference blob, Type target, Type item)
    {
        if (context.TryGetBindingAttribute<BlobTriggerAttribute>(out _))
        {
            // A trigger is for one blob, so the blob itself is JSON of a collection.
            return (await ContentAsync(context, blob.Container.GetBlobClient(blob.Name), target))!;
        }

        List<object?> items = [];
        await foreach (
            BlobItem found in blob.Container.GetBlobsAsync(prefix: blob.Name, cancellationToken: context.FunctionContext.CancellationToken)
        )
        {
            items.Add(await ItemAsync(context, blob.Container, found.Name, item));
        }

        Array values = Array.CreateInstance(item, items.Count);
        for (int i = 0; i < items.Count; i++)
        {
            values.SetValue(items[i], i);
        }

        return values;
    }

    private static async Task<object?> ItemAsync(ConverterContext context, BlobContainerClient container, string name, Type target) =>
        Client(container, name, target) ?? await ContentAsync(context, container.GetBlobClient(name), target);

    private static object? Client(BlobContainerClient container, string name, Type target)
    {
        if (target == typeof(BlobClient) || target == typeof(BlobBaseClient))
        {
            return container.GetBlobClient(name);
        }

        if (target == typeof(BlockBlobClient))
        {
            return container.GetBlockBlobClient(name);
        }

        if (target == typeof(PageBlobClient))
        {
            return container.GetPageBlobClient(name);
        }

        return target == typeof(AppendBlobClient) ? container.GetAppendBlobClient(name) : null;
    }

    private static async Task<object?> ContentAsync(ConverterContext context, BlobClient client, Type target)
    {
        CancellationToken cancellation = context.FunctionContext.CancellationToken;
        if (target == typeof(Stream))
        {
            return await client.OpenReadAsync(cancellationToken: cancellation);
        }

        BinaryData content = (await client.DownloadContentAsync(cancellation)).Value.Content;
        if (target == typeof(string))
        {
            return content.ToString();
        }

        if (target == typeof(byte[]))
        {
            return content.ToArray();
        }

        if (target == typeof(ReadOnlyMemory<byte>))
        {
            return content.ToMemory();
        }

        return target == typeof(BinaryData)
            ? content
            : await context.FunctionContext.Serializer().DeserializeAsync(content.ToStream(), target, cancellation);
    }
}
