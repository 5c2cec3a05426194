using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Where an ephemeral disk is. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<DiffDiskPlacement>))]
public readonly struct DiffDiskPlacement : IEquatable<DiffDiskPlacement>, IExtensibleEnum<DiffDiskPlacement>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public DiffDiskPlacement(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>cachedisk</c></summary>
    public static DiffDiskPlacement CacheDisk { get; } = new("cachedisk");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(DiffDiskPlacement left, DiffDiskPlacement right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(DiffDiskPlacement left, DiffDiskPlacement right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator DiffDiskPlacement(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator DiffDiskPlacement?(string value) => value is null ? default(DiffDiskPlacement?) : new DiffDiskPlacement(value);

    static DiffDiskPlacement IExtensibleEnum<DiffDiskPlacement>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(DiffDiskPlacement other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is DiffDiskPlacement other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
