using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Specialized;
using Microsoft.Azure.Functions.Worker.Converters;
using DurableMl.Local.Functions.Http;

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

        string name = blob.Name ?? throw new NotSupportedException($"A container can be bound to {nameof(BlobContainerClient)}, not to {target}.");
        object? client = Client(blob.Container, name, target);
        return ConversionResult.Success(client ?? await ContentAsync(context, blob.Container.GetBlobClient(name), target));
    }

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
