using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>State of a node. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<BatchNodeState>))]
public readonly struct BatchNodeState : IEquatable<BatchNodeState>, IExtensibleEnum<BatchNodeState>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public BatchNodeState(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>idle</c></summary>
    public static BatchNodeState Idle { get; } = new("idle");

    /// <summary><c>rebooting</c></summary>
    public static BatchNodeState Rebooting { get; } = new("rebooting");

    /// <summary><c>reimaging</c></summary>
    public static BatchNodeState Reimaging { get; } = new("reimaging");

    /// <summary><c>running</c></summary>
    public static BatchNodeState Running { get; } = new("running");

    /// <summary><c>unusable</c></summary>
    public static BatchNodeState Unusable { get; } = new("unusable");

    /// <summary><c>creating</c></summary>
    public static BatchNodeState Creating { get; } = new("creating");

    /// <summary><c>starting</c></summary>
    public static BatchNodeState Starting { get; } = new("starting");

    /// <summary><c>waitingforstarttask</c></summary>
    public static BatchNodeState WaitingForStartTask { get; } = new("waitingforstarttask");

    /// <summary><c>starttaskfailed</c></summary>
    public static BatchNodeState StartTaskFailed { get; } = new("starttaskfailed");

    /// <summary><c>unknown</c></summary>
    public static BatchNodeState Unknown { get; } = new("unknown");

    /// <summary><c>leavingpool</c></summary>
    public static BatchNodeState LeavingPool { get; } = new("leavingpool");

    /// <summary><c>offline</c></summary>
    public static BatchNodeState Offline { get; } = new("offline");

    /// <summary><c>preempted</c></summary>
    public static BatchNodeState Preempted { get; } = new("preempted");

    /// <summary><c>upgradingos</c></summary>
    public static BatchNodeState UpgradingOS { get; } = new("upgradingos");

    /// <summary><c>deallocated</c></summary>
    public static BatchNodeState Deallocated { get; } = new("deallocated");

    /// <summary><c>deallocating</c></summary>
    public static BatchNodeState Deallocating { get; } = new("deallocating");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(BatchNodeState left, BatchNodeState right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(BatchNodeState left, BatchNodeState right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator BatchNodeState(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator BatchNodeState?(string value) => value is null ? default(BatchNodeState?) : new BatchNodeState(value);

    static BatchNodeState IExtensibleEnum<BatchNodeState>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(BatchNodeState other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is BatchNodeState other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
