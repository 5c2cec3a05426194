using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>State of a release task. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<BatchJobReleaseTaskState>))]
public readonly struct BatchJobReleaseTaskState : IEquatable<BatchJobReleaseTaskState>, IExtensibleEnum<BatchJobReleaseTaskState>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public BatchJobReleaseTaskState(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>running</c></summary>
    public static BatchJobReleaseTaskState Running { get; } = new("running");

    /// <summary><c>completed</c></summary>
    public static BatchJobReleaseTaskState Completed { get; } = new("completed");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(BatchJobReleaseTaskState left, BatchJobReleaseTaskState right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(BatchJobReleaseTaskState left, BatchJobReleaseTaskState right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator BatchJobReleaseTaskState(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator BatchJobReleaseTaskState?(string value) => value is null ? default(BatchJobReleaseTaskState?) : new BatchJobReleaseTaskState(value);

    static BatchJobReleaseTaskState IExtensibleEnum<BatchJobReleaseTaskState>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(BatchJobReleaseTaskState other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is BatchJobReleaseTaskState other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
