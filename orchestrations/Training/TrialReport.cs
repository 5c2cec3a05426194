namespace DurableMl.Orchestrations.Training;

/// <summary>Who is to hear of a trial.</summary>
/// <param name="Instance">An orchestration, which gets <see cref="Runs.RunEvents.SweepMessage"/>.</param>
/// <param name="Step">What that one calls this training of the trial.</param>
/// <param name="EachEpoch">Whether it is to hear of epochs, too, and not of the end alone.</param>
public sealed record TrialAudience(string Instance, int Step, bool EachEpoch);

/// <summary>What a trial tells, and, of its end, returns.</summary>
/// <param name="Step">As in <see cref="TrialAudience"/>; 0 where nobody hears of it.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Record">What it has come to, from which it can go on.</param>
public sealed record TrialReport(int Step, TrialStatus Status, TrialRecord Record)
{
    /// <summary>What stands for the report of a trial whose orchestration has failed or was ended from outside.</summary>
    /// <param name="step">What its audience calls the training.</param>
    /// <param name="trial">The trial.</param>
    /// <param name="reason">Why it does not report itself.</param>
    public static TrialReport OfLost(int step, string trial, string reason) =>
        new(step, TrialStatus.NotBegun(trial) with { State = TrialState.Failed, Error = reason }, new TrialRecord(1, Dedicated: false));
}
