namespace DurableMl.Bench.Inference;

/// <summary>What one load saw.</summary>
/// <param name="Rate">Requests a second.</param>
/// <param name="P50">Milliseconds.</param>
/// <param name="P99">Milliseconds.</param>
/// <param name="Requests">How many.</param>
/// <param name="Failed">How many were not answered 200.</param>
internal sealed record Measurement(double Rate, double P50, double P99, int Requests, int Failed)
{
    /// <summary>Microseconds of processor time that the server took for each request; null where it was not observed.</summary>
    public double? ServerMicroseconds { get; init; }

    /// <summary>Share of all cores' time that was not idle; null where it was not observed.</summary>
    public double? Busy { get; init; }
}
