namespace Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

/// <summary>Says what a binding can do beyond its kind.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class BindingCapabilitiesAttribute : Attribute
{
    /// <summary>Creates the attribute.</summary>
    /// <param name="capabilities">Names, see <see cref="KnownBindingCapabilities"/>.</param>
    public BindingCapabilitiesAttribute(params string[] capabilities)
    {
        Capabilities = capabilities ?? throw new ArgumentNullException(nameof(capabilities));
    }

    /// <summary>The names of the capabilities.</summary>
    public string[] Capabilities { get; }
}
