using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Operating system. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<OSType>))]
public readonly struct OSType : IEquatable<OSType>, IExtensibleEnum<OSType>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public OSType(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>linux</c></summary>
    public static OSType Linux { get; } = new("linux");

    /// <summary><c>windows</c></summary>
    public static OSType Windows { get; } = new("windows");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(OSType left, OSType right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(OSType left, OSType right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator OSType(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator OSType?(string value) => value is null ? default(OSType?) : new OSType(value);

    static OSType IExtensibleEnum<OSType>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(OSType other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is OSType other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
