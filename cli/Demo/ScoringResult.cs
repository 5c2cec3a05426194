namespace DurableMl.Cli.Demo;

/// <summary>What came of sending images to a served model.</summary>
/// <param name="Images">How many were sent.</param>
/// <param name="Correct">How many were recognised.</param>
/// <param name="Elapsed">How long all of it took.</param>
/// <param name="Latencies">The time of each request, ascending.</param>
/// <param name="Connections">How many requests were under way at once.</param>
internal sealed record ScoringResult(int Images, int Correct, TimeSpan Elapsed, IReadOnlyList<TimeSpan> Latencies, int Connections)
{
    /// <summary>The share of images recognised, 0…1.</summary>
    public double Accuracy => (double)Correct / Images;

    /// <summary>Images per second.</summary>
    public double Throughput => Images / Elapsed.TotalSeconds;
}
