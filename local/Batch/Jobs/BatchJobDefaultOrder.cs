using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Order among jobs of one priority. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<BatchJobDefaultOrder>))]
public readonly struct BatchJobDefaultOrder : IEquatable<BatchJobDefaultOrder>, IExtensibleEnum<BatchJobDefaultOrder>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public BatchJobDefaultOrder(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>none</c></summary>
    public static BatchJobDefaultOrder None { get; } = new("none");

    /// <summary><c>creationtime</c></summary>
    public static BatchJobDefaultOrder CreationTime { get; } = new("creationtime");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(BatchJobDefaultOrder left, BatchJobDefaultOrder right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(BatchJobDefaultOrder left, BatchJobDefaultOrder right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator BatchJobDefaultOrder(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator BatchJobDefaultOrder?(string value) => value is null ? default(BatchJobDefaultOrder?) : new BatchJobDefaultOrder(value);

    static BatchJobDefaultOrder IExtensibleEnum<BatchJobDefaultOrder>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(BatchJobDefaultOrder other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is BatchJobDefaultOrder other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
