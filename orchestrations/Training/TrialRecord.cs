namespace DurableMl.Orchestrations.Training;

/// <summary>What a trial has come to; carried from one execution of its orchestration to the next.</summary>
/// <param name="Attempt">The attempt under way, from 1.</param>
/// <param name="Dedicated">Whether it runs on dedicated nodes.</param>
public sealed record TrialRecord(int Attempt, bool Dedicated)
{
    /// <summary>When this attempt's Batch task was made; null when it has not been yet.</summary>
    public DateTime? SubmittedAt { get; init; }

    /// <summary>Since when storage or Batch has not answered; null while they do.</summary>
    public DateTime? OutageSince { get; init; }

    /// <summary>How long this attempt has run on nodes. Waiting for a node does not count.</summary>
    public TimeSpan Ran { get; init; }

    /// <summary>How long all attempts have been seen on nodes.</summary>
    public TimeSpan OnNodes { get; init; }

    /// <summary>When this attempt was last seen running; null when the last look did not show it so.</summary>
    public DateTime? SeenRunningAt { get; init; }

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

    /// <summary>The last value of the second objective seen.</summary>
    public double? Second { get; init; }

    /// <summary>The last epoch seen.</summary>
    public double? Epoch { get; init; }

    /// <summary>The last whole epoch that was told.</summary>
    public double ToldEpoch { get; init; }

    /// <summary>Why the last attempt ended, if it did not end well.</summary>
    public string? Error { get; init; }

    /// <summary>Times that a node was taken away.</summary>
    public int Preemptions => Restarts + PreemptedAttempts;

    /// <summary>With what a look has shown.</summary>
    /// <param name="seen">What was seen.</param>
    /// <param name="now">When.</param>
    public TrialRecord With(TrialObservation seen, DateTime now)
    {
        ArgumentNullException.ThrowIfNull(seen);
        // A task that Batch has started again since the last look was without a node for some of the time; that does not count.
        bool ranOn = seen.Running && seen.Restarts <= Restarts;
        return this with
        {
            OutageSince = null,
            Ran = ranOn && SeenRunningAt is { } before ? Ran + (now - before) : Ran,
            OnNodes = SeenRunningAt is { } last ? OnNodes + (now - last) : OnNodes,
            SeenRunningAt = seen.Running ? now : null,
            Restarts = Math.Max(Restarts, seen.Restarts),
            Objective = seen.Objective ?? Objective,
            Second = seen.Second ?? Second,
            Epoch = seen.Epoch ?? Epoch,
        };
    }

    /// <summary>The attempt after this one.</summary>
    public TrialRecord Next(bool dedicated, string? error) =>
        this with { Attempt = Attempt + 1, Dedicated = dedicated, SubmittedAt = null, Ran = TimeSpan.Zero, SeenRunningAt = null, Error = error };

    /// <summary>What the trial's custom status shows.</summary>
    public TrialStatus Status(TrialInput input, TrialState state)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new TrialStatus(input.TrialId, state, Objective, Epoch, SubmittedAt is null ? Attempt - 1 : Attempt, Preemptions, Dedicated, Error)
        {
            Parameters = input.ShowsParameters ? input.Parameters : null,
            Budget = input.Budget,
            Lineage = input.Lineage,
            OnNodes = OnNodes,
            Second = Second,
        };
    }
}
