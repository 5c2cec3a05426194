using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>What happens to a job whose tasks are all completed. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<BatchAllTasksCompleteMode>))]
public readonly struct BatchAllTasksCompleteMode : IEquatable<BatchAllTasksCompleteMode>, IExtensibleEnum<BatchAllTasksCompleteMode>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public BatchAllTasksCompleteMode(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>noaction</c></summary>
    public static BatchAllTasksCompleteMode NoAction { get; } = new("noaction");

    /// <summary><c>terminatejob</c></summary>
    public static BatchAllTasksCompleteMode TerminateJob { get; } = new("terminatejob");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(BatchAllTasksCompleteMode left, BatchAllTasksCompleteMode right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(BatchAllTasksCompleteMode left, BatchAllTasksCompleteMode right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator BatchAllTasksCompleteMode(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator BatchAllTasksCompleteMode?(string value) => value is null ? default(BatchAllTasksCompleteMode?) : new BatchAllTasksCompleteMode(value);

    static BatchAllTasksCompleteMode IExtensibleEnum<BatchAllTasksCompleteMode>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(BatchAllTasksCompleteMode other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is BatchAllTasksCompleteMode other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
