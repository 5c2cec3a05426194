namespace DurableMl.Local.BatchEmulator.Wire;

/// <summary>An answer other than success: becomes the service's error body.</summary>
internal sealed class BatchException(int status, string code, string message, params (string Key, string Value)[] values)
    : Exception(message)
{
    /// <summary>The HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>The Batch error code, as clients compare it.</summary>
    public string Code { get; } = code;

    /// <summary>The details: which property, which value, why.</summary>
    public IReadOnlyList<(string Key, string Value)> Values { get; } = values;

    /// <summary>How long the client is to wait before it tries again.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
