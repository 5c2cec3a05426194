using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>A folder of the node. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<ContainerHostDataPath>))]
public readonly struct ContainerHostDataPath : IEquatable<ContainerHostDataPath>, IExtensibleEnum<ContainerHostDataPath>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public ContainerHostDataPath(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>Shared</c></summary>
    public static ContainerHostDataPath Shared { get; } = new("Shared");

    /// <summary><c>Startup</c></summary>
    public static ContainerHostDataPath Startup { get; } = new("Startup");

    /// <summary><c>VfsMounts</c></summary>
    public static ContainerHostDataPath VfsMounts { get; } = new("VfsMounts");

    /// <summary><c>Task</c></summary>
    public static ContainerHostDataPath Task { get; } = new("Task");

    /// <summary><c>JobPrep</c></summary>
    public static ContainerHostDataPath JobPrep { get; } = new("JobPrep");

    /// <summary><c>Applications</c></summary>
    public static ContainerHostDataPath Applications { get; } = new("Applications");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(ContainerHostDataPath left, ContainerHostDataPath right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(ContainerHostDataPath left, ContainerHostDataPath right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator ContainerHostDataPath(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator ContainerHostDataPath?(string value) => value is null ? default(ContainerHostDataPath?) : new ContainerHostDataPath(value);

    static ContainerHostDataPath IExtensibleEnum<ContainerHostDataPath>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(ContainerHostDataPath other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is ContainerHostDataPath other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
