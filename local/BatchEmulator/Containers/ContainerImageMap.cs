using System.IO.Enumeration;

namespace DurableMl.Local.BatchEmulator.Containers;

/// <summary>What stands for container images on this machine.</summary>
internal sealed class ContainerImageMap(IReadOnlyList<ContainerImageOptions> images)
{
    /// <summary>The entry whose pattern matches the image, with or without its tag and registry; the first wins.</summary>
    public ContainerImageOptions? Find(string image) => images.FirstOrDefault(i => FileSystemName.MatchesSimpleExpression(i.Image, image));
}
