using System.Text.Json;

namespace DurableMl.BatchJobs.Submission;

/// <summary>One attempt of a trial: what a node has to train.</summary>
public sealed record TrainingTask
{
    /// <summary>The run it belongs to.</summary>
    public required string RunId { get; init; }

    /// <summary>The trial, for example <c>trial-000</c>.</summary>
    public required string TrialId { get; init; }

    /// <summary>Counted from 1; each new Batch task of the trial is a new attempt.</summary>
    public required int Attempt { get; init; }

    /// <summary>The job's name in the catalog.</summary>
    public required string Job { get; init; }

    /// <summary>The dataset's name; null with <see cref="DatasetVersion"/> for a job that needs none.</summary>
    public string? Dataset { get; init; }

    /// <summary>The dataset's version.</summary>
    public string? DatasetVersion { get; init; }

    /// <summary>The trial's hyperparameters by name.</summary>
    public IReadOnlyDictionary<string, JsonElement> Parameters { get; init; } = new Dictionary<string, JsonElement>(StringComparer.Ordinal);

    /// <summary>Epochs (or the job's own unit) trained in total when it is done.</summary>
    public required int Budget { get; init; }

    /// <summary>The trial's seed, not negative.</summary>
    public required long Seed { get; init; }

    /// <summary>Run on dedicated nodes instead of spot.</summary>
    public bool Dedicated { get; init; }

    /// <summary>Nodes that train it together; over 1 it becomes a multi-instance task.</summary>
    public int Nodes { get; init; } = 1;

    /// <summary>How many of its node's task slots it takes; 1 where it trains on several nodes.</summary>
    public int Slots { get; init; } = 1;

    /// <summary>How long it may run on the node; Batch ends it then. Null: no limit.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>Training steps between two checkpoints within an epoch; null: the job's default.</summary>
    public int? CheckpointSteps { get; init; }

    /// <summary>The span that submits it, in W3C's form, as the parent of what it does on the node; null where nothing is traced.</summary>
    public string? TraceParent { get; init; }

    /// <summary>About when it was submitted, and its first grant issued; null where that is not known.</summary>
    public DateTimeOffset? SubmittedAt { get; init; }

    /// <summary>Another trial's checkpoint to go on from instead of the trial's own; null for none.</summary>
    public InheritedCheckpoint? Inherits { get; init; }

    /// <summary>The Batch job it runs in.</summary>
    public string BatchJobId => BatchIds.Job(RunId, Dedicated);

    /// <summary>Its Batch task.</summary>
    public string BatchTaskId => BatchIds.Task(TrialId, Attempt);

    /// <summary>Where the trial's blobs lie in the container <c>runs</c>, without a slash at the end.</summary>
    public string BlobPrefix => $"{RunId}/trials/{TrialId}";
}

/// <summary>The checkpoint that another trial of the run had when it reached a budget.</summary>
/// <param name="TrialId">That trial.</param>
/// <param name="Budget">Epochs, or whatever unit, that it had been trained.</param>
public sealed record InheritedCheckpoint(string TrialId, int Budget);
