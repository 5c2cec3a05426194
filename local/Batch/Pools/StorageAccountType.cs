using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Kind of storage behind a disk. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<StorageAccountType>))]
public readonly struct StorageAccountType : IEquatable<StorageAccountType>, IExtensibleEnum<StorageAccountType>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public StorageAccountType(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>standard_lrs</c></summary>
    public static StorageAccountType StandardLRS { get; } = new("standard_lrs");

    /// <summary><c>premium_lrs</c></summary>
    public static StorageAccountType PremiumLRS { get; } = new("premium_lrs");

    /// <summary><c>standardssd_lrs</c></summary>
    public static StorageAccountType StandardSSDLRS { get; } = new("standardssd_lrs");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(StorageAccountType left, StorageAccountType right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(StorageAccountType left, StorageAccountType right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator StorageAccountType(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator StorageAccountType?(string value) => value is null ? default(StorageAccountType?) : new StorageAccountType(value);

    static StorageAccountType IExtensibleEnum<StorageAccountType>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(StorageAccountType other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is StorageAccountType other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
