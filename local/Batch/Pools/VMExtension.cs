namespace Azure.Compute.Batch;

/// <summary>Vmextension of the Batch service.</summary>
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

    /// <summary>The type handler version.</summary>
    public string TypeHandlerVersion { get; set; }

    /// <summary>The auto upgrade minor version.</summary>
    public bool? AutoUpgradeMinorVersion { get; set; }

    /// <summary>The enable automatic upgrade.</summary>
    public bool? EnableAutomaticUpgrade { get; set; }

    /// <summary>The settings.</summary>
    public IDictionary<string, string> Settings { get; internal set; } = new UnsetDictionary();

    /// <summary>The protected settings.</summary>
    public IDictionary<string, string> ProtectedSettings { get; internal set; } = new UnsetDictionary();

    /// <summary>The provision after extensions.</summary>
    public IList<string> ProvisionAfterExtensions { get; internal set; } = new UnsetList<string>();
}
