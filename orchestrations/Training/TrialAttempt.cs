using System.Text.Json;
using DurableMl.BatchJobs.Submission;
using DurableMl.Orchestrations.Pipelines;

namespace DurableMl.Orchestrations.Training;

/// <summary>What the training activities work on: one attempt of a trial.</summary>
/// <param name="RunId">The run.</param>
/// <param name="TrialId">The trial.</param>
/// <param name="Attempt">The attempt, from 1.</param>
/// <param name="Dedicated">Whether on dedicated nodes.</param>
/// <param name="Job">The training job's name.</param>
/// <param name="Dataset">The dataset's name; empty for a job without one.</param>
/// <param name="DatasetVersion">The dataset's version; empty for a job without one.</param>
/// <param name="Parameters">The hyperparameters.</param>
/// <param name="Seed">The trial's seed.</param>
/// <param name="Budget">Epochs to have trained in total.</param>
/// <param name="Metric">The objective's metric; empty for none.</param>
/// <param name="TimeLimit">How long the attempt may run on its node.</param>
/// <param name="CheckpointSteps">Training steps between checkpoints, or null.</param>
/// <param name="Nodes">Nodes that train together.</param>
/// <param name="Restarts">How often Batch had started the trial's tasks again as of the last look.</param>
public sealed record TrialAttempt(
    string RunId,
    string TrialId,
    int Attempt,
    bool Dedicated,
    string Job,
    string Dataset,
    string DatasetVersion,
    IReadOnlyDictionary<string, JsonElement> Parameters,
    int Seed,
    int Budget,
    string Metric,
    TimeSpan TimeLimit,
    int? CheckpointSteps,
    int Nodes,
    int Restarts = 0)
{
    /// <summary>What is better, where the best value of <see cref="Metric"/> counts; null: the last does.</summary>
    public ObjectiveGoal? Best { get; init; }

    /// <summary>How many of its node's task slots it takes.</summary>
    public int Slots { get; init; } = 1;

    /// <summary>Another trial's checkpoint to begin with; null: its own, if there is one.</summary>
    public InheritedCheckpoint? Inherits { get; init; }

    /// <summary>The second objective's metric; null for none.</summary>
    public string? Second { get; init; }

    /// <summary>When its Batch task was made, UTC; null when it has not been yet.</summary>
    public DateTime? SubmittedAt { get; init; }

    /// <summary>The attempt that <paramref name="record"/> has come to.</summary>
    public static TrialAttempt Of(TrialInput input, TrialRecord record)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(record);
        return new TrialAttempt(
            input.RunId, input.TrialId, record.Attempt, record.Dedicated, input.Sweep.Job, input.Dataset, input.DatasetVersion, input.Parameters, input.Seed,
            input.Budget ?? input.Sweep.Budget, input.Sweep.Objective.Metric, input.Sweep.TimeLimit, input.Sweep.CheckpointSteps, input.Sweep.Nodes, record.Restarts)
        {
            Best = input.Sweep.Objective.Best,
            Second = input.Sweep.Second?.Metric,
            Slots = input.Sweep.Slots,
            Inherits = input.Inherits,
            SubmittedAt = record.SubmittedAt,
        };
    }

    /// <summary>The same for Batch.</summary>
    public TrainingTask ToTask() => new()
    {
        RunId = RunId,
        TrialId = TrialId,
        Attempt = Attempt,
        Dedicated = Dedicated,
        Job = Job,
        Dataset = Dataset.Length > 0 ? Dataset : null,
        DatasetVersion = DatasetVersion.Length > 0 ? DatasetVersion : null,
        Parameters = Parameters,
        Seed = Seed,
        Budget = Budget,
        TimeLimit = TimeLimit,
        CheckpointSteps = CheckpointSteps,
        Nodes = Nodes,
        Slots = Slots,
        Inherits = Inherits,
        SubmittedAt = SubmittedAt is { } submitted ? new DateTimeOffset(DateTime.SpecifyKind(submitted, DateTimeKind.Utc)) : null,
    };
}
