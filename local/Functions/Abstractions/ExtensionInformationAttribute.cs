namespace Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

/// <summary>Names the host extension that belongs to a worker extension.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
public class ExtensionInformationAttribute : Attribute
{
    /// <summary>Creates the attribute.</summary>
    /// <param name="extensionPackage">The package of the host extension.</param>
    /// <param name="extensionVersion">Its version.</param>
    public ExtensionInformationAttribute(string extensionPackage, string extensionVersion)
        : this(extensionPackage, extensionVersion, enableImplicitRegistration: false) { }

    /// <summary>Creates the attribute.</summary>
    /// <param name="extensionPackage">The package of the host extension.</param>
    /// <param name="extensionVersion">Its version.</param>
    /// <param name="enableImplicitRegistration">Whether the host registers it without being asked.</param>
    public ExtensionInformationAttribute(string extensionPackage, string extensionVersion, bool enableImplicitRegistration)
    {
        ExtensionPackage = extensionPackage;
        ExtensionVersion = extensionVersion;
        EnableImplicitRegistration = enableImplicitRegistration;
    }

    /// <summary>The package of the host extension.</summary>
    public string ExtensionPackage { get; }

    /// <summary>Its version.</summary>
    public string ExtensionVersion { get; }

    /// <summary>Whether the host registers it without being asked.</summary>
    public bool EnableImplicitRegistration { get; }
}
