using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>How a disk is cached. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<CachingType>))]
public readonly struct CachingType : IEquatable<CachingType>, IExtensibleEnum<CachingType>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public CachingType(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>none</c></summary>
    public static CachingType None { get; } = new("none");

    /// <summary><c>readonly</c></summary>
    public static CachingType ReadOnly { get; } = new("readonly");

    /// <summary><c>readwrite</c></summary>
    public static CachingType ReadWrite { get; } = new("readwrite");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(CachingType left, CachingType right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(CachingType left, CachingType right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator CachingType(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator CachingType?(string value) => value is null ? default(CachingType?) : new CachingType(value);

    static CachingType IExtensibleEnum<CachingType>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(CachingType other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is CachingType other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
