using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Whether each task has a user of its own. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<AutoUserScope>))]
public readonly struct AutoUserScope : IEquatable<AutoUserScope>, IExtensibleEnum<AutoUserScope>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public AutoUserScope(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>pool</c></summary>
    public static AutoUserScope Pool { get; } = new("pool");

    /// <summary><c>task</c></summary>
    public static AutoUserScope Task { get; } = new("task");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(AutoUserScope left, AutoUserScope right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(AutoUserScope left, AutoUserScope right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator AutoUserScope(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator AutoUserScope?(string value) => value is null ? default(AutoUserScope?) : new AutoUserScope(value);

    static AutoUserScope IExtensibleEnum<AutoUserScope>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(AutoUserScope other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is AutoUserScope other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
