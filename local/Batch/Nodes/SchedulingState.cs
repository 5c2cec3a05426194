using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Whether tasks are scheduled on a node. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<SchedulingState>))]
public readonly struct SchedulingState : IEquatable<SchedulingState>, IExtensibleEnum<SchedulingState>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public SchedulingState(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>enabled</c></summary>
    public static SchedulingState Enabled { get; } = new("enabled");

    /// <summary><c>disabled</c></summary>
    public static SchedulingState Disabled { get; } = new("disabled");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(SchedulingState left, SchedulingState right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(SchedulingState left, SchedulingState right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator SchedulingState(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator SchedulingState?(string value) => value is null ? default(SchedulingState?) : new SchedulingState(value);

    static SchedulingState IExtensibleEnum<SchedulingState>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(SchedulingState other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is SchedulingState other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
