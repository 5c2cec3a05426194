using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>How serious a status is. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<StatusLevelTypes>))]
public readonly struct StatusLevelTypes : IEquatable<StatusLevelTypes>, IExtensibleEnum<StatusLevelTypes>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public StatusLevelTypes(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>Error</c></summary>
    public static StatusLevelTypes Error { get; } = new("Error");

    /// <summary><c>Info</c></summary>
    public static StatusLevelTypes Info { get; } = new("Info");

    /// <summary><c>Warning</c></summary>
    public static StatusLevelTypes Warning { get; } = new("Warning");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(StatusLevelTypes left, StatusLevelTypes right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(StatusLevelTypes left, StatusLevelTypes right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator StatusLevelTypes(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator StatusLevelTypes?(string value) => value is null ? default(StatusLevelTypes?) : new StatusLevelTypes(value);

    static StatusLevelTypes IExtensibleEnum<StatusLevelTypes>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(StatusLevelTypes other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is StatusLevelTypes other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
