using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Whether jobs bring a network of their own. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<DynamicVNetAssignmentScope>))]
public readonly struct DynamicVNetAssignmentScope : IEquatable<DynamicVNetAssignmentScope>, IExtensibleEnum<DynamicVNetAssignmentScope>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public DynamicVNetAssignmentScope(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>none</c></summary>
    public static DynamicVNetAssignmentScope None { get; } = new("none");

    /// <summary><c>job</c></summary>
    public static DynamicVNetAssignmentScope Job { get; } = new("job");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(DynamicVNetAssignmentScope left, DynamicVNetAssignmentScope right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(DynamicVNetAssignmentScope left, DynamicVNetAssignmentScope right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator DynamicVNetAssignmentScope(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator DynamicVNetAssignmentScope?(string value) => value is null ? default(DynamicVNetAssignmentScope?) : new DynamicVNetAssignmentScope(value);

    static DynamicVNetAssignmentScope IExtensibleEnum<DynamicVNetAssignmentScope>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(DynamicVNetAssignmentScope other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is DynamicVNetAssignmentScope other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
