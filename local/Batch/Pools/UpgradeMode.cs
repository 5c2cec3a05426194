using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>How nodes are upgraded. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<UpgradeMode>))]
public readonly struct UpgradeMode : IEquatable<UpgradeMode>, IExtensibleEnum<UpgradeMode>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public UpgradeMode(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>automatic</c></summary>
    public static UpgradeMode Automatic { get; } = new("automatic");

    /// <summary><c>manual</c></summary>
    public static UpgradeMode Manual { get; } = new("manual");

    /// <summary><c>rolling</c></summary>
    public static UpgradeMode Rolling { get; } = new("rolling");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(UpgradeMode left, UpgradeMode right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(UpgradeMode left, UpgradeMode right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator UpgradeMode(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator UpgradeMode?(string value) => value is null ? default(UpgradeMode?) : new UpgradeMode(value);

    static UpgradeMode IExtensibleEnum<UpgradeMode>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(UpgradeMode other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is UpgradeMode other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
