namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>A dataset version in the <c>datasets</c> container.</summary>
/// <param name="Name">The dataset's name.</param>
/// <param name="Version">The SHA-256 of its manifest, in hexadecimal.</param>
/// <param name="Reused">Whether it was there already.</param>
/// <param name="Examples">Examples over all splits.</param>
/// <param name="Shards">Training shards.</param>
public sealed record DatasetReference(string Name, string Version, bool Reused, long Examples, int Shards)
{
    /// <summary>Rows that are in two splits.</summary>
    public DatasetLeakage? Leakage { get; init; }

    /// <summary>The folder of its files in the <c>datasets</c> container, without a slash at the end.</summary>
    public string Folder => $"{Name}/{Version}";
}
