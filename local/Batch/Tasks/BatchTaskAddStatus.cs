using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Whether a task was added. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<BatchTaskAddStatus>))]
public readonly struct BatchTaskAddStatus : IEquatable<BatchTaskAddStatus>, IExtensibleEnum<BatchTaskAddStatus>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public BatchTaskAddStatus(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>success</c></summary>
    public static BatchTaskAddStatus Success { get; } = new("success");

    /// <summary><c>clienterror</c></summary>
    public static BatchTaskAddStatus ClientError { get; } = new("clienterror");

    /// <summary><c>servererror</c></summary>
    public static BatchTaskAddStatus ServerError { get; } = new("servererror");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(BatchTaskAddStatus left, BatchTaskAddStatus right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(BatchTaskAddStatus left, BatchTaskAddStatus right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator BatchTaskAddStatus(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator BatchTaskAddStatus?(string value) => value is null ? default(BatchTaskAddStatus?) : new BatchTaskAddStatus(value);

    static BatchTaskAddStatus IExtensibleEnum<BatchTaskAddStatus>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(BatchTaskAddStatus other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is BatchTaskAddStatus other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
