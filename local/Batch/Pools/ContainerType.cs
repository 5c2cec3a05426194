using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Kind of container runtime. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<ContainerType>))]
public readonly struct ContainerType : IEquatable<ContainerType>, IExtensibleEnum<ContainerType>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public ContainerType(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>dockerCompatible</c></summary>
    public static ContainerType DockerCompatible { get; } = new("dockerCompatible");

    /// <summary><c>criCompatible</c></summary>
    public static ContainerType CriCompatible { get; } = new("criCompatible");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(ContainerType left, ContainerType right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(ContainerType left, ContainerType right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator ContainerType(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator ContainerType?(string value) => value is null ? default(ContainerType?) : new ContainerType(value);

    static ContainerType IExtensibleEnum<ContainerType>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(ContainerType other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is ContainerType other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
