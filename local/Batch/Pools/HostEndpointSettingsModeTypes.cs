using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Whether rules of access are enforced. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<HostEndpointSettingsModeTypes>))]
public readonly struct HostEndpointSettingsModeTypes : IEquatable<HostEndpointSettingsModeTypes>, IExtensibleEnum<HostEndpointSettingsModeTypes>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public HostEndpointSettingsModeTypes(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>Audit</c></summary>
    public static HostEndpointSettingsModeTypes Audit { get; } = new("Audit");

    /// <summary><c>Enforce</c></summary>
    public static HostEndpointSettingsModeTypes Enforce { get; } = new("Enforce");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(HostEndpointSettingsModeTypes left, HostEndpointSettingsModeTypes right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(HostEndpointSettingsModeTypes left, HostEndpointSettingsModeTypes right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator HostEndpointSettingsModeTypes(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator HostEndpointSettingsModeTypes?(string value) => value is null ? default(HostEndpointSettingsModeTypes?) : new HostEndpointSettingsModeTypes(value);

    static HostEndpointSettingsModeTypes IExtensibleEnum<HostEndpointSettingsModeTypes>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(HostEndpointSettingsModeTypes other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is HostEndpointSettingsModeTypes other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
