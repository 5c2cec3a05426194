namespace DurableMl.Local.BatchEmulator.Containers;

/// <summary>Local commands that stand for a container image.</summary>
public sealed class ContainerImageOptions
{
    /// <summary>The image, with * and ? as wildcards, such as <c>durableml/*</c>.</summary>
    public string Image { get; set; } = "";

    /// <summary>Program name as tasks write it, to the path of the program here. Other programs are looked up as they are.</summary>
    public Dictionary<string, string> Executables { get; } = new(StringComparer.Ordinal);
}
