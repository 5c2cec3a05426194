namespace Azure.Compute.Batch;

/// <summary>The container that a task runs in.</summary>
public class BatchTaskContainerSettings
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="imageName">Image, as for <c>docker pull</c>.</param>
    public BatchTaskContainerSettings(string imageName)
    {
        ImageName = imageName ?? throw new ArgumentNullException(nameof(imageName));
    }

    internal BatchTaskContainerSettings()
    {
    }

    /// <summary>More options of the container engine's create command.</summary>
    public string ContainerRunOptions { get; set; }

    /// <summary>Image, as for <c>docker pull</c>.</summary>
    public string ImageName { get; set; }

    /// <summary>Registry with the image.</summary>
    public ContainerRegistryReference Registry { get; set; }

    /// <summary>Working directory in the container.</summary>
    public ContainerWorkingDirectory? WorkingDirectory { get; set; }

    /// <summary>Which of the node's folders the container sees.</summary>
    public IList<ContainerHostBatchBindMountEntry> ContainerHostBatchBindMounts { get; internal set; } = new UnsetList<ContainerHostBatchBindMountEntry>();
}
