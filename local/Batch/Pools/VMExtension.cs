namespace Azure.Compute.Batch;

/// <summary>An extension of a virtual machine.</summary>
public class VMExtension
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="name">Name.</param>
    /// <param name="publisher">Publisher of the image.</param>
    /// <param name="type">Kind.</param>
    public VMExtension(string name, string publisher, string type)
    {
        Name = name ?? throw new ArgumentNullException(nameof(name));
        Publisher = publisher ?? throw new ArgumentNullException(nameof(publisher));
        Type = type ?? throw new ArgumentNullException(nameof(type));
    }

    internal VMExtension()
    {
    }

    /// <summary>Name.</summary>
    public string Name { get; set; }

    /// <summary>Publisher of the image.</summary>
    public string Publisher { get; set; }

    /// <summary>Kind.</summary>
    public string Type { get; set; }

    /// <summary>Version of the extension's handler.</summary>
    public string TypeHandlerVersion { get; set; }

    /// <summary>Whether newer minor versions are taken.</summary>
    public bool? AutoUpgradeMinorVersion { get; set; }

    /// <summary>Whether the extension is upgraded by itself.</summary>
    public bool? EnableAutomaticUpgrade { get; set; }

    /// <summary>Its settings, public.</summary>
    public IDictionary<string, string> Settings { get; internal set; } = new UnsetDictionary();

    /// <summary>Its settings, kept secret.</summary>
    public IDictionary<string, string> ProtectedSettings { get; internal set; } = new UnsetDictionary();

    /// <summary>Extensions that are installed before it.</summary>
    public IList<string> ProvisionAfterExtensions { get; internal set; } = new UnsetList<string>();
}
