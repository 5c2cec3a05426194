using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>How a machine is secured. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<SecurityTypes>))]
public readonly struct SecurityTypes : IEquatable<SecurityTypes>, IExtensibleEnum<SecurityTypes>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public SecurityTypes(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>trustedLaunch</c></summary>
    public static SecurityTypes TrustedLaunch { get; } = new("trustedLaunch");

    /// <summary><c>confidentialVM</c></summary>
    public static SecurityTypes ConfidentialVM { get; } = new("confidentialVM");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(SecurityTypes left, SecurityTypes right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(SecurityTypes left, SecurityTypes right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator SecurityTypes(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator SecurityTypes?(string value) => value is null ? default(SecurityTypes?) : new SecurityTypes(value);

    static SecurityTypes IExtensibleEnum<SecurityTypes>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(SecurityTypes other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is SecurityTypes other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
