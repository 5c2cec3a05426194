namespace Azure.Compute.Batch;

/// <summary>Which versions of images to roll out.</summary>
public class ServiceArtifactReference
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="id">Identifier: at most 64 letters, digits, hyphens and underscores, compared without regard to case.</param>
    public ServiceArtifactReference(string id)
    {
        Id = id ?? throw new ArgumentNullException(nameof(id));
    }

    internal ServiceArtifactReference()
    {
    }

    /// <summary>Identifier: at most 64 letters, digits, hyphens and underscores, compared without regard to case.</summary>
    public string Id { get; set; }
}
