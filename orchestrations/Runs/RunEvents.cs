namespace DurableMl.Orchestrations.Runs;

/// <summary>The external events of a run.</summary>
public static class RunEvents
{
    /// <summary>To the run, its sweep and its trials: stop. The payload is the reason, a string.</summary>
    public const string Cancel = "Cancel";

    /// <summary>To the run: a person's word on publishing, an <see cref="Approval.ApprovalDecision"/>.</summary>
    public const string Approval = "Approval";

    /// <summary>To a trial: its sweep's scheduler gives it up, or a person does. The payload is the reason, a string.</summary>
    public const string Stop = "Stop";

    /// <summary>To a sweep: a trial's report or a person's decision, a <see cref="Sweeps.SweepMessage"/>.</summary>
    public const string SweepMessage = "SweepMessage";

    /// <summary>To a trial: an attempt of it has written its result. The payload is empty; the trial looks for itself.</summary>
    public const string TrialEnded = "TrialEnded";
}
