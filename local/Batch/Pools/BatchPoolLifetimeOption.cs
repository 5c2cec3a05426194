using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>How long an automatic pool lives. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<BatchPoolLifetimeOption>))]
public readonly struct BatchPoolLifetimeOption : IEquatable<BatchPoolLifetimeOption>, IExtensibleEnum<BatchPoolLifetimeOption>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public BatchPoolLifetimeOption(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>jobschedule</c></summary>
    public static BatchPoolLifetimeOption JobSchedule { get; } = new("jobschedule");

    /// <summary><c>job</c></summary>
    public static BatchPoolLifetimeOption Job { get; } = new("job");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(BatchPoolLifetimeOption left, BatchPoolLifetimeOption right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(BatchPoolLifetimeOption left, BatchPoolLifetimeOption right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator BatchPoolLifetimeOption(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator BatchPoolLifetimeOption?(string value) => value is null ? default(BatchPoolLifetimeOption?) : new BatchPoolLifetimeOption(value);

    static BatchPoolLifetimeOption IExtensibleEnum<BatchPoolLifetimeOption>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(BatchPoolLifetimeOption other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is BatchPoolLifetimeOption other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
