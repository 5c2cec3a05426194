using System.Text.Json;
using System.Text.Json.Serialization;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Sweeps.Samplers;
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
    /// <summary>Its second objective; null where the sweep has one.</summary>
    public double? Second { get; init; }

    /// <summary>Whose weights it has gone on from, the first first, where the sweep's scheduler is <c>pbt</c>; null: its own alone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<TrialAncestor>? Lineage { get; init; }

    /// <summary>How long it has been seen on nodes, over all attempts.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public TimeSpan OnNodes { get; init; }

    /// <summary>The summaries of a sweep's trials.</summary>
    /// <param name="trials">The trials.</param>
    /// <param name="sweep">The sweep.</param>
    /// <param name="withParameters">Whether with their hyperparameters, as far as they are known: what a sampler that learns will choose is not.</param>
    public static IReadOnlyList<TrialSummary> Of(IEnumerable<TrialStatus> trials, SweepDefinition sweep, bool withParameters = true)
    {
        ArgumentNullException.ThrowIfNull(trials);
        ArgumentNullException.ThrowIfNull(sweep);
        ISampler? sampler = withParameters && !sweep.Sampler.Learns ? sweep.CreateSampler() : null;
        return [.. trials.Select(trial => Of(trial, withParameters ? trial.Parameters ?? Drawn(sampler, RunIds.TrialIndex(trial.Id)) : null, sweep.Budget))];
    }

    /// <summary>What the sampler has for a trial; null where it learns, and for a trial that a person added to a grid and that has not begun.</summary>
    private static IReadOnlyDictionary<string, JsonElement>? Drawn(ISampler? sampler, int trial) =>
        sampler is GridSampler grid && trial >= grid.Count ? null : sampler?.Sample(trial, []);

    private static TrialSummary Of(TrialStatus status, IReadOnlyDictionary<string, JsonElement>? parameters, int budget) =>
        new(status.Id, status.State, parameters, status.Objective, status.Epoch, status.Budget ?? budget, status.Attempts, status.Preemptions, status.Dedicated, status.Error)
        {
            OnNodes = status.OnNodes,
            Second = status.Second,
            Lineage = status.Lineage,
        };
}
