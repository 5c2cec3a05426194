using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Whose fault an error is. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<BatchErrorSourceCategory>))]
public readonly struct BatchErrorSourceCategory : IEquatable<BatchErrorSourceCategory>, IExtensibleEnum<BatchErrorSourceCategory>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public BatchErrorSourceCategory(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>servererror</c></summary>
    public static BatchErrorSourceCategory ServerError { get; } = new("servererror");

    /// <summary><c>usererror</c></summary>
    public static BatchErrorSourceCategory UserError { get; } = new("usererror");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(BatchErrorSourceCategory left, BatchErrorSourceCategory right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(BatchErrorSourceCategory left, BatchErrorSourceCategory right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator BatchErrorSourceCategory(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator BatchErrorSourceCategory?(string value) => value is null ? default(BatchErrorSourceCategory?) : new BatchErrorSourceCategory(value);

    static BatchErrorSourceCategory IExtensibleEnum<BatchErrorSourceCategory>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(BatchErrorSourceCategory other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is BatchErrorSourceCategory other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
