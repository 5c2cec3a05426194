namespace DurableMl.BatchJobs.Outcomes;

/// <summary>How far a trial has come, from the metrics it has uploaded so far.</summary>
/// <param name="Epoch">Epochs done; fractions come from step metrics. 0 before the first.</param>
/// <param name="Metrics">The last value of every numeric metric.</param>
/// <param name="EpochEnded">Whether all that an epoch reports is there: a line says <c>"kind": "epoch"</c>, or the second epoch has begun.</param>
public sealed record TrialProgress(double Epoch, IReadOnlyDictionary<string, double> Metrics, bool EpochEnded = false);
