namespace DurableMl.Orchestrations.Training;

/// <summary>What a trial has come to; carried from one execution of its orchestration to the next.</summary>
/// <param name="Attempt">The attempt under way, from 1.</param>
/// <param name="Dedicated">Whether it runs on dedicated nodes.</param>
public sealed record TrialRecord(int Attempt, bool Dedicated)
{
    /// <summary>When this attempt's Batch task was made; null when it has not been yet.</summary>
    public DateTime? SubmittedAt { get; init; }

    /// <summary>When this attempt was first seen running.</summary>
    public DateTime? StartedAt { get; init; }

    /// <summary>Failures of the job itself.</summary>
    public int Failures { get; init; }

    /// <summary>Failures of nodes, images, storage and Batch.</summary>
    public int InfrastructureFailures { get; init; }

    /// <summary>Times that Batch started a task again because its node was lost.</summary>
    public int Restarts { get; init; }

    /// <summary>Attempts that were told to stop and that Batch did not start again.</summary>
    public int PreemptedAttempts { get; init; }

    /// <summary>The last objective seen.</summary>
    public double? Objective { get; init; }

    /// <summary>The last epoch seen.</summary>
    public double? Epoch { get; init; }

    /// <summary>Why the last attempt ended, if it did not end well.</summary>
    public string? Error { get; init; }

    /// <summary>Times that a node was taken away.</summary>
    public int Preemptions => Restarts + PreemptedAttempts;

    /// <summary>The attempt after this one.</summary>
    public TrialRecord Next(bool dedicated, string? error) =>
        this with { Attempt = Attempt + 1, Dedicated = dedicated, SubmittedAt = null, StartedAt = null, Error = error };

    /// <summary>What the trial's custom status shows.</summary>
    public TrialStatus Status(string trialId, TrialState state) =>
        new(trialId, state, Objective, Epoch, SubmittedAt is null ? Attempt - 1 : Attempt, Preemptions, Dedicated, Error);
}
