using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>State of a job schedule. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<BatchJobScheduleState>))]
public readonly struct BatchJobScheduleState : IEquatable<BatchJobScheduleState>, IExtensibleEnum<BatchJobScheduleState>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public BatchJobScheduleState(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>active</c></summary>
    public static BatchJobScheduleState Active { get; } = new("active");

    /// <summary><c>completed</c></summary>
    public static BatchJobScheduleState Completed { get; } = new("completed");

    /// <summary><c>disabled</c></summary>
    public static BatchJobScheduleState Disabled { get; } = new("disabled");

    /// <summary><c>terminating</c></summary>
    public static BatchJobScheduleState Terminating { get; } = new("terminating");

    /// <summary><c>deleting</c></summary>
    public static BatchJobScheduleState Deleting { get; } = new("deleting");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(BatchJobScheduleState left, BatchJobScheduleState right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(BatchJobScheduleState left, BatchJobScheduleState right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator BatchJobScheduleState(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator BatchJobScheduleState?(string value) => value is null ? default(BatchJobScheduleState?) : new BatchJobScheduleState(value);

    static BatchJobScheduleState IExtensibleEnum<BatchJobScheduleState>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(BatchJobScheduleState other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is BatchJobScheduleState other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
