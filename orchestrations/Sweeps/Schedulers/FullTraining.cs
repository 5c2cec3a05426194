namespace DurableMl.Orchestrations.Sweeps.Schedulers;

/// <summary>Trains every trial to the whole budget.</summary>
/// <param name="trials">How many trials there are.</param>
/// <param name="budget">The budget.</param>
public sealed class FullTraining(int trials, int budget) : IScheduler
{
    /// <inheritdoc/>
    public TrialStep? Next(IReadOnlyList<TrialCurve> begun)
    {
        ArgumentNullException.ThrowIfNull(begun);
        return begun.Count < trials ? new TrialStep(begun.Count, budget) : null;
    }

    /// <inheritdoc/>
    public bool ShouldStop(TrialCurve running, IReadOnlyList<TrialCurve> begun) => false;
}
