using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>What happens to the running tasks of a node that is removed. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<BatchNodeDeallocationOption>))]
public readonly struct BatchNodeDeallocationOption : IEquatable<BatchNodeDeallocationOption>, IExtensibleEnum<BatchNodeDeallocationOption>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public BatchNodeDeallocationOption(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>requeue</c></summary>
    public static BatchNodeDeallocationOption Requeue { get; } = new("requeue");

    /// <summary><c>terminate</c></summary>
    public static BatchNodeDeallocationOption Terminate { get; } = new("terminate");

    /// <summary><c>taskcompletion</c></summary>
    public static BatchNodeDeallocationOption TaskCompletion { get; } = new("taskcompletion");

    /// <summary><c>retaineddata</c></summary>
    public static BatchNodeDeallocationOption RetainedData { get; } = new("retaineddata");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(BatchNodeDeallocationOption left, BatchNodeDeallocationOption right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(BatchNodeDeallocationOption left, BatchNodeDeallocationOption right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator BatchNodeDeallocationOption(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator BatchNodeDeallocationOption?(string value) => value is null ? default(BatchNodeDeallocationOption?) : new BatchNodeDeallocationOption(value);

    static BatchNodeDeallocationOption IExtensibleEnum<BatchNodeDeallocationOption>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(BatchNodeDeallocationOption other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is BatchNodeDeallocationOption other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
