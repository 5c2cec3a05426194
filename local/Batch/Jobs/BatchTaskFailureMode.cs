using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>What a failed task does to its job. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<BatchTaskFailureMode>))]
public readonly struct BatchTaskFailureMode : IEquatable<BatchTaskFailureMode>, IExtensibleEnum<BatchTaskFailureMode>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public BatchTaskFailureMode(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>noaction</c></summary>
    public static BatchTaskFailureMode NoAction { get; } = new("noaction");

    /// <summary><c>performexitoptionsjobaction</c></summary>
    public static BatchTaskFailureMode PerformExitOptionsJobAction { get; } = new("performexitoptionsjobaction");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(BatchTaskFailureMode left, BatchTaskFailureMode right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(BatchTaskFailureMode left, BatchTaskFailureMode right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator BatchTaskFailureMode(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator BatchTaskFailureMode?(string value) => value is null ? default(BatchTaskFailureMode?) : new BatchTaskFailureMode(value);

    static BatchTaskFailureMode IExtensibleEnum<BatchTaskFailureMode>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(BatchTaskFailureMode other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is BatchTaskFailureMode other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
