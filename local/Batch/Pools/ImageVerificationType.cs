using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Whether the service has verified an image. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<ImageVerificationType>))]
public readonly struct ImageVerificationType : IEquatable<ImageVerificationType>, IExtensibleEnum<ImageVerificationType>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public ImageVerificationType(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>verified</c></summary>
    public static ImageVerificationType Verified { get; } = new("verified");

    /// <summary><c>unverified</c></summary>
    public static ImageVerificationType Unverified { get; } = new("unverified");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(ImageVerificationType left, ImageVerificationType right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(ImageVerificationType left, ImageVerificationType right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator ImageVerificationType(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator ImageVerificationType?(string value) => value is null ? default(ImageVerificationType?) : new ImageVerificationType(value);

    static ImageVerificationType IExtensibleEnum<ImageVerificationType>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(ImageVerificationType other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is ImageVerificationType other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
