using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Whether dependent tasks may run. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<DependencyAction>))]
public readonly struct DependencyAction : IEquatable<DependencyAction>, IExtensibleEnum<DependencyAction>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public DependencyAction(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>satisfy</c></summary>
    public static DependencyAction Satisfy { get; } = new("satisfy");

    /// <summary><c>block</c></summary>
    public static DependencyAction Block { get; } = new("block");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(DependencyAction left, DependencyAction right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(DependencyAction left, DependencyAction right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator DependencyAction(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator DependencyAction?(string value) => value is null ? default(DependencyAction?) : new DependencyAction(value);

    static DependencyAction IExtensibleEnum<DependencyAction>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(DependencyAction other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is DependencyAction other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
