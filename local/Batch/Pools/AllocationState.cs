using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Whether a pool is being resized. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<AllocationState>))]
public readonly struct AllocationState : IEquatable<AllocationState>, IExtensibleEnum<AllocationState>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public AllocationState(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>resizing</c></summary>
    public static AllocationState Resizing { get; } = new("resizing");

    /// <summary><c>steady</c></summary>
    public static AllocationState Steady { get; } = new("steady");

    /// <summary><c>stopping</c></summary>
    public static AllocationState Stopping { get; } = new("stopping");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(AllocationState left, AllocationState right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(AllocationState left, AllocationState right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator AllocationState(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator AllocationState?(string value) => value is null ? default(AllocationState?) : new AllocationState(value);

    static AllocationState IExtensibleEnum<AllocationState>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(AllocationState other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is AllocationState other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
