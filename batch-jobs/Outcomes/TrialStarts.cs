namespace DurableMl.BatchJobs.Outcomes;

/// <summary>How often a trial's processes were started.</summary>
/// <param name="Attempts">Attempts of which at least one process started.</param>
/// <param name="Starts">Process starts over all attempts.</param>
/// <param name="LastAttempt">The highest of those attempts; 0 where there is none.</param>
public sealed record TrialStarts(int Attempts, int Starts, int LastAttempt)
{
    /// <summary>Starts that Batch added by itself after a node was lost.</summary>
    public int Preemptions => Starts - Attempts;
}
