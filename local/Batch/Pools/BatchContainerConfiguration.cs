namespace Azure.Compute.Batch;

/// <summary>Containers on nodes.</summary>
public class BatchContainerConfiguration
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="type">Kind.</param>
    public BatchContainerConfiguration(ContainerType type)
    {
        Type = type;
    }

    internal BatchContainerConfiguration()
    {
    }

    /// <summary>Kind.</summary>
    public ContainerType Type { get; set; }

    /// <summary>Images to pull when a node starts.</summary>
    public IList<string> ContainerImageNames { get; internal set; } = new UnsetList<string>();

    /// <summary>Private registries to pull from.</summary>
    public IList<ContainerRegistryReference> ContainerRegistries { get; internal set; } = new UnsetList<ContainerRegistryReference>();
}
