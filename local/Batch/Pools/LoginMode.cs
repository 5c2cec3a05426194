using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>How a user signs in on Windows. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<LoginMode>))]
public readonly struct LoginMode : IEquatable<LoginMode>, IExtensibleEnum<LoginMode>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public LoginMode(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>batch</c></summary>
    public static LoginMode Batch { get; } = new("batch");

    /// <summary><c>interactive</c></summary>
    public static LoginMode Interactive { get; } = new("interactive");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(LoginMode left, LoginMode right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(LoginMode left, LoginMode right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator LoginMode(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator LoginMode?(string value) => value is null ? default(LoginMode?) : new LoginMode(value);

    static LoginMode IExtensibleEnum<LoginMode>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(LoginMode other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is LoginMode other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
