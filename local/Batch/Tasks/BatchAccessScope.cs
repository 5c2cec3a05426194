using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>What a task may reach with its token. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<BatchAccessScope>))]
public readonly struct BatchAccessScope : IEquatable<BatchAccessScope>, IExtensibleEnum<BatchAccessScope>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public BatchAccessScope(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>job</c></summary>
    public static BatchAccessScope Job { get; } = new("job");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(BatchAccessScope left, BatchAccessScope right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(BatchAccessScope left, BatchAccessScope right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator BatchAccessScope(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator BatchAccessScope?(string value) => value is null ? default(BatchAccessScope?) : new BatchAccessScope(value);

    static BatchAccessScope IExtensibleEnum<BatchAccessScope>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(BatchAccessScope other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is BatchAccessScope other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
