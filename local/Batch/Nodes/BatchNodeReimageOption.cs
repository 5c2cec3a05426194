using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>What happens to the running tasks of a node that is reimaged. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<BatchNodeReimageOption>))]
public readonly struct BatchNodeReimageOption : IEquatable<BatchNodeReimageOption>, IExtensibleEnum<BatchNodeReimageOption>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public BatchNodeReimageOption(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>requeue</c></summary>
    public static BatchNodeReimageOption Requeue { get; } = new("requeue");

    /// <summary><c>terminate</c></summary>
    public static BatchNodeReimageOption Terminate { get; } = new("terminate");

    /// <summary><c>taskcompletion</c></summary>
    public static BatchNodeReimageOption TaskCompletion { get; } = new("taskcompletion");

    /// <summary><c>retaineddata</c></summary>
    public static BatchNodeReimageOption RetainedData { get; } = new("retaineddata");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(BatchNodeReimageOption left, BatchNodeReimageOption right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(BatchNodeReimageOption left, BatchNodeReimageOption right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator BatchNodeReimageOption(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator BatchNodeReimageOption?(string value) => value is null ? default(BatchNodeReimageOption?) : new BatchNodeReimageOption(value);

    static BatchNodeReimageOption IExtensibleEnum<BatchNodeReimageOption>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(BatchNodeReimageOption other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is BatchNodeReimageOption other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
