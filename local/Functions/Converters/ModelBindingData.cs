namespace Microsoft.Azure.Functions.Worker.Core;

/// <summary>A reference that a binding hands over in place of a value.</summary>
public abstract class ModelBindingData
{
    /// <summary>The version of the reference's form.</summary>
    public abstract string Version { get; }

    /// <summary>The extension it comes from, such as <c>AzureStorageBlobs</c>.</summary>
    public abstract string Source { get; }

    /// <summary>The reference.</summary>
    public abstract BinaryData Content { get; }

    /// <summary>The media type of <see cref="Content"/>.</summary>
    public abstract string ContentType { get; }
}
