using Azure.Core;

namespace Azure.Compute.Batch;

/// <summary>New properties of a pool; what is not given is removed.</summary>
public class BatchPoolReplaceOptions
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="applicationPackageReferences">Application packages to put on the node.</param>
    /// <param name="metadata">Names and values of the user, without meaning to the service.</param>
    public BatchPoolReplaceOptions(IEnumerable<BatchApplicationPackageReference> applicationPackageReferences, IEnumerable<BatchMetadataItem> metadata)
    {
        ArgumentNullException.ThrowIfNull(applicationPackageReferences);
        ApplicationPackageReferences = applicationPackageReferences.ToList();
        ArgumentNullException.ThrowIfNull(metadata);
        Metadata = metadata.ToList();
    }

    internal BatchPoolReplaceOptions()
    {
    }

    /// <summary>Task that runs on each node when it joins the pool or restarts.</summary>
    public BatchStartTask StartTask { get; set; }

    /// <summary>Application packages to put on the node.</summary>
    public IList<BatchApplicationPackageReference> ApplicationPackageReferences { get; internal set; } = new UnsetList<BatchApplicationPackageReference>();

    /// <summary>Names and values of the user, without meaning to the service.</summary>
    public IList<BatchMetadataItem> Metadata { get; internal set; } = new UnsetList<BatchMetadataItem>();

    /// <summary>The JSON that is sent.</summary>
    public static implicit operator RequestContent(BatchPoolReplaceOptions batchPoolReplaceOptions) => batchPoolReplaceOptions is null ? null : BatchJson.Content(batchPoolReplaceOptions);
}
