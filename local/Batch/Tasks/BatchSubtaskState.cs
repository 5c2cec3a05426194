using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>State of a subtask. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<BatchSubtaskState>))]
public readonly struct BatchSubtaskState : IEquatable<BatchSubtaskState>, IExtensibleEnum<BatchSubtaskState>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public BatchSubtaskState(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>preparing</c></summary>
    public static BatchSubtaskState Preparing { get; } = new("preparing");

    /// <summary><c>running</c></summary>
    public static BatchSubtaskState Running { get; } = new("running");

    /// <summary><c>completed</c></summary>
    public static BatchSubtaskState Completed { get; } = new("completed");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(BatchSubtaskState left, BatchSubtaskState right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(BatchSubtaskState left, BatchSubtaskState right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator BatchSubtaskState(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator BatchSubtaskState?(string value) => value is null ? default(BatchSubtaskState?) : new BatchSubtaskState(value);

    static BatchSubtaskState IExtensibleEnum<BatchSubtaskState>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(BatchSubtaskState other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is BatchSubtaskState other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
