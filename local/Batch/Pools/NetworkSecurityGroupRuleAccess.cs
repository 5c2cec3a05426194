using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Whether access is allowed. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<NetworkSecurityGroupRuleAccess>))]
public readonly struct NetworkSecurityGroupRuleAccess : IEquatable<NetworkSecurityGroupRuleAccess>, IExtensibleEnum<NetworkSecurityGroupRuleAccess>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public NetworkSecurityGroupRuleAccess(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>allow</c></summary>
    public static NetworkSecurityGroupRuleAccess Allow { get; } = new("allow");

    /// <summary><c>deny</c></summary>
    public static NetworkSecurityGroupRuleAccess Deny { get; } = new("deny");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(NetworkSecurityGroupRuleAccess left, NetworkSecurityGroupRuleAccess right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(NetworkSecurityGroupRuleAccess left, NetworkSecurityGroupRuleAccess right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator NetworkSecurityGroupRuleAccess(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator NetworkSecurityGroupRuleAccess?(string value) => value is null ? default(NetworkSecurityGroupRuleAccess?) : new NetworkSecurityGroupRuleAccess(value);

    static NetworkSecurityGroupRuleAccess IExtensibleEnum<NetworkSecurityGroupRuleAccess>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(NetworkSecurityGroupRuleAccess other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is NetworkSecurityGroupRuleAccess other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
