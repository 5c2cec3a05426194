using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Whether a pool has identities. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<BatchPoolIdentityType>))]
public readonly struct BatchPoolIdentityType : IEquatable<BatchPoolIdentityType>, IExtensibleEnum<BatchPoolIdentityType>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public BatchPoolIdentityType(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>UserAssigned</c></summary>
    public static BatchPoolIdentityType UserAssigned { get; } = new("UserAssigned");

    /// <summary><c>None</c></summary>
    public static BatchPoolIdentityType None { get; } = new("None");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(BatchPoolIdentityType left, BatchPoolIdentityType right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(BatchPoolIdentityType left, BatchPoolIdentityType right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator BatchPoolIdentityType(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator BatchPoolIdentityType?(string value) => value is null ? default(BatchPoolIdentityType?) : new BatchPoolIdentityType(value);

    static BatchPoolIdentityType IExtensibleEnum<BatchPoolIdentityType>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(BatchPoolIdentityType other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is BatchPoolIdentityType other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
