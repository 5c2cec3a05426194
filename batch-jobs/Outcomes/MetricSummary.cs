namespace DurableMl.BatchJobs.Outcomes;

/// <summary>A metric over a whole training.</summary>
/// <param name="Last">The last value, which belongs to the exported model.</param>
/// <param name="Minimum">The smallest value seen.</param>
/// <param name="Maximum">The largest value seen.</param>
public sealed record MetricSummary(double Last, double Minimum, double Maximum);
