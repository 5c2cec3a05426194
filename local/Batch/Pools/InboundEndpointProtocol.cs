using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Transport protocol. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<InboundEndpointProtocol>))]
public readonly struct InboundEndpointProtocol : IEquatable<InboundEndpointProtocol>, IExtensibleEnum<InboundEndpointProtocol>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public InboundEndpointProtocol(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>tcp</c></summary>
    public static InboundEndpointProtocol Tcp { get; } = new("tcp");

    /// <summary><c>udp</c></summary>
    public static InboundEndpointProtocol Udp { get; } = new("udp");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(InboundEndpointProtocol left, InboundEndpointProtocol right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(InboundEndpointProtocol left, InboundEndpointProtocol right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator InboundEndpointProtocol(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator InboundEndpointProtocol?(string value) => value is null ? default(InboundEndpointProtocol?) : new InboundEndpointProtocol(value);

    static InboundEndpointProtocol IExtensibleEnum<InboundEndpointProtocol>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(InboundEndpointProtocol other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is InboundEndpointProtocol other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
