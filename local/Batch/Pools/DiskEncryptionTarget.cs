using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Which disk is encrypted. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<DiskEncryptionTarget>))]
public readonly struct DiskEncryptionTarget : IEquatable<DiskEncryptionTarget>, IExtensibleEnum<DiskEncryptionTarget>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public DiskEncryptionTarget(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>osdisk</c></summary>
    public static DiskEncryptionTarget OsDisk { get; } = new("osdisk");

    /// <summary><c>temporarydisk</c></summary>
    public static DiskEncryptionTarget TemporaryDisk { get; } = new("temporarydisk");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(DiskEncryptionTarget left, DiskEncryptionTarget right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(DiskEncryptionTarget left, DiskEncryptionTarget right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator DiskEncryptionTarget(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator DiskEncryptionTarget?(string value) => value is null ? default(DiskEncryptionTarget?) : new DiskEncryptionTarget(value);

    static DiskEncryptionTarget IExtensibleEnum<DiskEncryptionTarget>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(DiskEncryptionTarget other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is DiskEncryptionTarget other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
