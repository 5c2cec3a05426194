using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Version of IP. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<IPFamily>))]
public readonly struct IPFamily : IEquatable<IPFamily>, IExtensibleEnum<IPFamily>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public IPFamily(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>IPv4</c></summary>
    public static IPFamily IPv4 { get; } = new("IPv4");

    /// <summary><c>IPv6</c></summary>
    public static IPFamily IPv6 { get; } = new("IPv6");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(IPFamily left, IPFamily right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(IPFamily left, IPFamily right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator IPFamily(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator IPFamily?(string value) => value is null ? default(IPFamily?) : new IPFamily(value);

    static IPFamily IExtensibleEnum<IPFamily>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(IPFamily other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is IPFamily other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
