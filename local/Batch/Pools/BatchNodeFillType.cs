using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Whether tasks fill one node first or spread. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<BatchNodeFillType>))]
public readonly struct BatchNodeFillType : IEquatable<BatchNodeFillType>, IExtensibleEnum<BatchNodeFillType>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public BatchNodeFillType(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>spread</c></summary>
    public static BatchNodeFillType Spread { get; } = new("spread");

    /// <summary><c>pack</c></summary>
    public static BatchNodeFillType Pack { get; } = new("pack");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(BatchNodeFillType left, BatchNodeFillType right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(BatchNodeFillType left, BatchNodeFillType right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator BatchNodeFillType(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator BatchNodeFillType?(string value) => value is null ? default(BatchNodeFillType?) : new BatchNodeFillType(value);

    static BatchNodeFillType IExtensibleEnum<BatchNodeFillType>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(BatchNodeFillType other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is BatchNodeFillType other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
