using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>What happens to a job. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<BatchJobActionKind>))]
public readonly struct BatchJobActionKind : IEquatable<BatchJobActionKind>, IExtensibleEnum<BatchJobActionKind>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public BatchJobActionKind(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>none</c></summary>
    public static BatchJobActionKind None { get; } = new("none");

    /// <summary><c>disable</c></summary>
    public static BatchJobActionKind Disable { get; } = new("disable");

    /// <summary><c>terminate</c></summary>
    public static BatchJobActionKind Terminate { get; } = new("terminate");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(BatchJobActionKind left, BatchJobActionKind right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(BatchJobActionKind left, BatchJobActionKind right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator BatchJobActionKind(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator BatchJobActionKind?(string value) => value is null ? default(BatchJobActionKind?) : new BatchJobActionKind(value);

    static BatchJobActionKind IExtensibleEnum<BatchJobActionKind>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(BatchJobActionKind other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is BatchJobActionKind other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
