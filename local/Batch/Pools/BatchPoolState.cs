using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>State of a pool. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<BatchPoolState>))]
public readonly struct BatchPoolState : IEquatable<BatchPoolState>, IExtensibleEnum<BatchPoolState>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public BatchPoolState(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>active</c></summary>
    public static BatchPoolState Active { get; } = new("active");

    /// <summary><c>deleting</c></summary>
    public static BatchPoolState Deleting { get; } = new("deleting");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(BatchPoolState left, BatchPoolState right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(BatchPoolState left, BatchPoolState right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator BatchPoolState(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator BatchPoolState?(string value) => value is null ? default(BatchPoolState?) : new BatchPoolState(value);

    static BatchPoolState IExtensibleEnum<BatchPoolState>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(BatchPoolState other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is BatchPoolState other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
