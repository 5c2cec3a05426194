using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>How nodes are spread over zones. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<BatchNodePlacementPolicyType>))]
public readonly struct BatchNodePlacementPolicyType : IEquatable<BatchNodePlacementPolicyType>, IExtensibleEnum<BatchNodePlacementPolicyType>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public BatchNodePlacementPolicyType(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>regional</c></summary>
    public static BatchNodePlacementPolicyType Regional { get; } = new("regional");

    /// <summary><c>zonal</c></summary>
    public static BatchNodePlacementPolicyType Zonal { get; } = new("zonal");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(BatchNodePlacementPolicyType left, BatchNodePlacementPolicyType right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(BatchNodePlacementPolicyType left, BatchNodePlacementPolicyType right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator BatchNodePlacementPolicyType(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator BatchNodePlacementPolicyType?(string value) => value is null ? default(BatchNodePlacementPolicyType?) : new BatchNodePlacementPolicyType(value);

    static BatchNodePlacementPolicyType IExtensibleEnum<BatchNodePlacementPolicyType>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(BatchNodePlacementPolicyType other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is BatchNodePlacementPolicyType other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
