using System.Globalization;
using System.Text.Json;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Sweeps;
using DurableMl.Orchestrations.Training;

namespace DurableMl.Orchestrations.Runs;

/// <summary>A trial in a run's status and output.</summary>
/// <param name="Id">The trial.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Parameters">Its hyperparameters; left out of a status that would grow too long.</param>
/// <param name="Objective">Its objective.</param>
/// <param name="Epoch">Epochs trained.</param>
/// <param name="Budget">Epochs to train.</param>
/// <param name="Attempts">Batch tasks made for it.</param>
/// <param name="Preemptions">Times its node was taken away.</param>
/// <param name="Dedicated">Whether it moved to dedicated nodes.</param>
/// <param name="Error">Why it failed, or why its last attempt did.</param>
public sealed record TrialSummary(
    string Id,
    TrialState State,
    IReadOnlyDictionary<string, JsonElement>? Parameters,
    double? Objective,
    double? Epoch,
    int Budget,
    int Attempts,
    int Preemptions,
    bool Dedicated,
    string? Error)
{
    /// <summary>The summary of a sweep's trial.</summary>
    public static TrialSummary Of(TrialStatus status, SweepDefinition sweep, bool withParameters = true)
    {
        ArgumentNullException.ThrowIfNull(status);
        ArgumentNullException.ThrowIfNull(sweep);
        int index = int.Parse(status.Id.AsSpan(status.Id.LastIndexOf('-') + 1), CultureInfo.InvariantCulture);
        return new TrialSummary(
            status.Id, status.State, withParameters ? TrialSampler.Sample(sweep.Parameters, sweep.Seed, index) : null, status.Objective, status.Epoch, sweep.Budget,
            status.Attempts, status.Preemptions, status.Dedicated, status.Error);
    }
}
