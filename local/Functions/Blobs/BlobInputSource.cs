using DurableMl.Local.Functions.Invocation;
using DurableMl.Local.Functions.Storage;

namespace DurableMl.Local.Functions.Blobs;

/// <summary>Resolves <see cref="BlobInputAttribute"/> to the blob it names.</summary>
internal sealed class BlobInputSource(StorageConnections storage, HostSettings settings, TimeProvider time) : IInputSource
{
    public bool Handles(BindingAttribute attribute) => attribute is BlobInputAttribute;

    public ValueTask<object?> ResolveAsync(BindingAttribute attribute, FunctionContext context)
    {
        BlobInputAttribute input = (BlobInputAttribute)attribute;
        (string container, string? name) = new BlobPath(input.BlobPath, settings.Configuration).Fill(
            context.BindingContext.BindingData,
            time
        );
        return new(new BlobReference(storage.Blobs(input.Connection).GetBlobContainerClient(container), name, input.Connection));
    }
}
