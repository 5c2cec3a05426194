namespace DurableMl.Inference.Protocol;

/// <summary>How large a request may be.</summary>
public sealed record ProtocolLimits
{
    /// <summary>Bytes of a request's body, after decompression.</summary>
    public int MaxRequestBytes { get; init; } = 64 << 20;

    /// <summary>Bytes of the JSON object before binary data.</summary>
    public int MaxHeaderBytes { get; init; } = 64 << 20;

    /// <summary>Inputs, outputs or parameters in a request.</summary>
    public int MaxNames { get; init; } = 1024;

    /// <summary>Dimensions of a tensor.</summary>
    public int MaxRank { get; init; } = 32;
}
