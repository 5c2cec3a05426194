using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>State of a preparation task. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<BatchJobPreparationTaskState>))]
public readonly struct BatchJobPreparationTaskState : IEquatable<BatchJobPreparationTaskState>, IExtensibleEnum<BatchJobPreparationTaskState>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public BatchJobPreparationTaskState(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>running</c></summary>
    public static BatchJobPreparationTaskState Running { get; } = new("running");

    /// <summary><c>completed</c></summary>
    public static BatchJobPreparationTaskState Completed { get; } = new("completed");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(BatchJobPreparationTaskState left, BatchJobPreparationTaskState right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(BatchJobPreparationTaskState left, BatchJobPreparationTaskState right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator BatchJobPreparationTaskState(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator BatchJobPreparationTaskState?(string value) => value is null ? default(BatchJobPreparationTaskState?) : new BatchJobPreparationTaskState(value);

    static BatchJobPreparationTaskState IExtensibleEnum<BatchJobPreparationTaskState>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(BatchJobPreparationTaskState other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is BatchJobPreparationTaskState other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
