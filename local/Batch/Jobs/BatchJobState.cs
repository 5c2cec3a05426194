using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>State of a job. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<BatchJobState>))]
public readonly struct BatchJobState : IEquatable<BatchJobState>, IExtensibleEnum<BatchJobState>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public BatchJobState(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>active</c></summary>
    public static BatchJobState Active { get; } = new("active");

    /// <summary><c>disabling</c></summary>
    public static BatchJobState Disabling { get; } = new("disabling");

    /// <summary><c>disabled</c></summary>
    public static BatchJobState Disabled { get; } = new("disabled");

    /// <summary><c>enabling</c></summary>
    public static BatchJobState Enabling { get; } = new("enabling");

    /// <summary><c>terminating</c></summary>
    public static BatchJobState Terminating { get; } = new("terminating");

    /// <summary><c>completed</c></summary>
    public static BatchJobState Completed { get; } = new("completed");

    /// <summary><c>deleting</c></summary>
    public static BatchJobState Deleting { get; } = new("deleting");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(BatchJobState left, BatchJobState right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(BatchJobState left, BatchJobState right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator BatchJobState(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator BatchJobState?(string value) => value is null ? default(BatchJobState?) : new BatchJobState(value);

    static BatchJobState IExtensibleEnum<BatchJobState>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(BatchJobState other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is BatchJobState other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
