using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>What happens to the running tasks of a job that is disabled. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<DisableBatchJobOption>))]
public readonly struct DisableBatchJobOption : IEquatable<DisableBatchJobOption>, IExtensibleEnum<DisableBatchJobOption>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public DisableBatchJobOption(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>requeue</c></summary>
    public static DisableBatchJobOption Requeue { get; } = new("requeue");

    /// <summary><c>terminate</c></summary>
    public static DisableBatchJobOption Terminate { get; } = new("terminate");

    /// <summary><c>wait</c></summary>
    public static DisableBatchJobOption Wait { get; } = new("wait");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(DisableBatchJobOption left, DisableBatchJobOption right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(DisableBatchJobOption left, DisableBatchJobOption right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator DisableBatchJobOption(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator DisableBatchJobOption?(string value) => value is null ? default(DisableBatchJobOption?) : new DisableBatchJobOption(value);

    static DisableBatchJobOption IExtensibleEnum<DisableBatchJobOption>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(DisableBatchJobOption other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is DisableBatchJobOption other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
