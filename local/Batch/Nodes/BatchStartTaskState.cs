using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>State of a start task. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<BatchStartTaskState>))]
public readonly struct BatchStartTaskState : IEquatable<BatchStartTaskState>, IExtensibleEnum<BatchStartTaskState>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public BatchStartTaskState(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>running</c></summary>
    public static BatchStartTaskState Running { get; } = new("running");

    /// <summary><c>completed</c></summary>
    public static BatchStartTaskState Completed { get; } = new("completed");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(BatchStartTaskState left, BatchStartTaskState right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(BatchStartTaskState left, BatchStartTaskState right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator BatchStartTaskState(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator BatchStartTaskState?(string value) => value is null ? default(BatchStartTaskState?) : new BatchStartTaskState(value);

    static BatchStartTaskState IExtensibleEnum<BatchStartTaskState>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(BatchStartTaskState other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is BatchStartTaskState other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
