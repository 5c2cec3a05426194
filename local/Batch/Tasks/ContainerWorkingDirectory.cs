using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Working directory in a container. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<ContainerWorkingDirectory>))]
public readonly struct ContainerWorkingDirectory : IEquatable<ContainerWorkingDirectory>, IExtensibleEnum<ContainerWorkingDirectory>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public ContainerWorkingDirectory(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>taskWorkingDirectory</c></summary>
    public static ContainerWorkingDirectory TaskWorkingDirectory { get; } = new("taskWorkingDirectory");

    /// <summary><c>containerImageDefault</c></summary>
    public static ContainerWorkingDirectory ContainerImageDefault { get; } = new("containerImageDefault");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(ContainerWorkingDirectory left, ContainerWorkingDirectory right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(ContainerWorkingDirectory left, ContainerWorkingDirectory right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator ContainerWorkingDirectory(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator ContainerWorkingDirectory?(string value) => value is null ? default(ContainerWorkingDirectory?) : new ContainerWorkingDirectory(value);

    static ContainerWorkingDirectory IExtensibleEnum<ContainerWorkingDirectory>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(ContainerWorkingDirectory other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is ContainerWorkingDirectory other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
