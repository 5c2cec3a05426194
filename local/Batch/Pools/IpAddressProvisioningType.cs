using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Where public addresses come from. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<IpAddressProvisioningType>))]
public readonly struct IpAddressProvisioningType : IEquatable<IpAddressProvisioningType>, IExtensibleEnum<IpAddressProvisioningType>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public IpAddressProvisioningType(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>batchmanaged</c></summary>
    public static IpAddressProvisioningType BatchManaged { get; } = new("batchmanaged");

    /// <summary><c>usermanaged</c></summary>
    public static IpAddressProvisioningType UserManaged { get; } = new("usermanaged");

    /// <summary><c>nopublicipaddresses</c></summary>
    public static IpAddressProvisioningType NoPublicIpAddresses { get; } = new("nopublicipaddresses");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(IpAddressProvisioningType left, IpAddressProvisioningType right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(IpAddressProvisioningType left, IpAddressProvisioningType right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator IpAddressProvisioningType(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator IpAddressProvisioningType?(string value) => value is null ? default(IpAddressProvisioningType?) : new IpAddressProvisioningType(value);

    static IpAddressProvisioningType IExtensibleEnum<IpAddressProvisioningType>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(IpAddressProvisioningType other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is IpAddressProvisioningType other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
