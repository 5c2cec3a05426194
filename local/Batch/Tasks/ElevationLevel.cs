using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Rights of a user. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<ElevationLevel>))]
public readonly struct ElevationLevel : IEquatable<ElevationLevel>, IExtensibleEnum<ElevationLevel>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public ElevationLevel(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>nonadmin</c></summary>
    public static ElevationLevel NonAdmin { get; } = new("nonadmin");

    /// <summary><c>admin</c></summary>
    public static ElevationLevel Admin { get; } = new("admin");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(ElevationLevel left, ElevationLevel right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(ElevationLevel left, ElevationLevel right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator ElevationLevel(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator ElevationLevel?(string value) => value is null ? default(ElevationLevel?) : new ElevationLevel(value);

    static ElevationLevel IExtensibleEnum<ElevationLevel>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(ElevationLevel other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is ElevationLevel other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
