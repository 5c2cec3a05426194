using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>State of a task. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<BatchTaskState>))]
public readonly struct BatchTaskState : IEquatable<BatchTaskState>, IExtensibleEnum<BatchTaskState>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public BatchTaskState(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>active</c></summary>
    public static BatchTaskState Active { get; } = new("active");

    /// <summary><c>preparing</c></summary>
    public static BatchTaskState Preparing { get; } = new("preparing");

    /// <summary><c>running</c></summary>
    public static BatchTaskState Running { get; } = new("running");

    /// <summary><c>completed</c></summary>
    public static BatchTaskState Completed { get; } = new("completed");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(BatchTaskState left, BatchTaskState right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(BatchTaskState left, BatchTaskState right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator BatchTaskState(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator BatchTaskState?(string value) => value is null ? default(BatchTaskState?) : new BatchTaskState(value);

    static BatchTaskState IExtensibleEnum<BatchTaskState>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(BatchTaskState other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is BatchTaskState other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
