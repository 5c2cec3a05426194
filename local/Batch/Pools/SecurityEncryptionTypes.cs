using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>How a disk is encrypted. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<SecurityEncryptionTypes>))]
public readonly struct SecurityEncryptionTypes : IEquatable<SecurityEncryptionTypes>, IExtensibleEnum<SecurityEncryptionTypes>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public SecurityEncryptionTypes(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>DiskWithVMGuestState</c></summary>
    public static SecurityEncryptionTypes DiskWithVMGuestState { get; } = new("DiskWithVMGuestState");

    /// <summary><c>NonPersistedTPM</c></summary>
    public static SecurityEncryptionTypes NonPersistedTPM { get; } = new("NonPersistedTPM");

    /// <summary><c>VMGuestStateOnly</c></summary>
    public static SecurityEncryptionTypes VMGuestStateOnly { get; } = new("VMGuestStateOnly");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(SecurityEncryptionTypes left, SecurityEncryptionTypes right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(SecurityEncryptionTypes left, SecurityEncryptionTypes right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator SecurityEncryptionTypes(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator SecurityEncryptionTypes?(string value) => value is null ? default(SecurityEncryptionTypes?) : new SecurityEncryptionTypes(value);

    static SecurityEncryptionTypes IExtensibleEnum<SecurityEncryptionTypes>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(SecurityEncryptionTypes other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is SecurityEncryptionTypes other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
