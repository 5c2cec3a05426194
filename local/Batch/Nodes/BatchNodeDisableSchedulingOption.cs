using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>What happens to the running tasks of a node that takes no more. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<BatchNodeDisableSchedulingOption>))]
public readonly struct BatchNodeDisableSchedulingOption : IEquatable<BatchNodeDisableSchedulingOption>, IExtensibleEnum<BatchNodeDisableSchedulingOption>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public BatchNodeDisableSchedulingOption(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>requeue</c></summary>
    public static BatchNodeDisableSchedulingOption Requeue { get; } = new("requeue");

    /// <summary><c>terminate</c></summary>
    public static BatchNodeDisableSchedulingOption Terminate { get; } = new("terminate");

    /// <summary><c>taskcompletion</c></summary>
    public static BatchNodeDisableSchedulingOption TaskCompletion { get; } = new("taskcompletion");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(BatchNodeDisableSchedulingOption left, BatchNodeDisableSchedulingOption right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(BatchNodeDisableSchedulingOption left, BatchNodeDisableSchedulingOption right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator BatchNodeDisableSchedulingOption(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator BatchNodeDisableSchedulingOption?(string value) => value is null ? default(BatchNodeDisableSchedulingOption?) : new BatchNodeDisableSchedulingOption(value);

    static BatchNodeDisableSchedulingOption IExtensibleEnum<BatchNodeDisableSchedulingOption>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(BatchNodeDisableSchedulingOption other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is BatchNodeDisableSchedulingOption other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
