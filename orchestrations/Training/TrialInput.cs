using System.Text.Json;
using DurableMl.BatchJobs.Submission;
using DurableMl.Orchestrations.Pipelines;

namespace DurableMl.Orchestrations.Training;

/// <summary>What <see cref="TrialOrchestrator"/> works on.</summary>
/// <param name="RunId">The run.</param>
/// <param name="TrialId">The trial.</param>
/// <param name="Dataset">The dataset's name.</param>
/// <param name="DatasetVersion">The dataset's version.</param>
/// <param name="Parameters">The hyperparameters.</param>
/// <param name="Seed">The trial's seed.</param>
/// <param name="Sweep">The sweep that it belongs to.</param>
/// <param name="HasDedicatedPool">Whether there are dedicated nodes to move to.</param>
/// <param name="Record">What earlier executions of the orchestration came to; null at the start.</param>
public sealed record TrialInput(
    string RunId,
    string TrialId,
    string Dataset,
    string DatasetVersion,
    IReadOnlyDictionary<string, JsonElement> Parameters,
    int Seed,
    SweepDefinition Sweep,
    bool HasDedicatedPool,
    TrialRecord? Record = null)
{
    /// <summary>Epochs to have trained, where the sweep's scheduler decides on that; null: the sweep's budget.</summary>
    public int? Budget { get; init; }

    /// <summary>Another trial's checkpoint to begin with; null: its own, if there is one.</summary>
    public InheritedCheckpoint? Inherits { get; init; }

    /// <summary>Whose weights it has gone on from, this time and before; null: its own alone.</summary>
    public IReadOnlyList<TrialAncestor>? Lineage { get; init; }

    /// <summary>Whom it tells how it is doing; null: nobody.</summary>
    public TrialAudience? Audience { get; init; }

    /// <summary>Whether its status shows its hyperparameters, as they do not follow from the trial's number.</summary>
    public bool ShowsParameters { get; init; }

    /// <summary>Whether a trial preempted this often should be on dedicated nodes.</summary>
    public bool WantsDedicated(int preemptions) => HasDedicatedPool && preemptions >= Sweep.Retries.Preemptions;
}
