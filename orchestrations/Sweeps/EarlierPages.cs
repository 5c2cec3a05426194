using System.Collections.ObjectModel;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Training;
using Microsoft.DurableTask;

namespace DurableMl.Orchestrations.Sweeps;

/// <summary>What an earlier execution of a run has left of its trials, read page by page as they are taken over. Lives inside <see cref="SweepRun"/>.</summary>
/// <param name="context">The orchestrator's context.</param>
/// <param name="runId">The run.</param>
/// <param name="count">How many trials, from the first, may have left something.</param>
internal sealed class EarlierPages(TaskOrchestrationContext context, string runId, int count)
{
    /// <summary>Pages that one execution of the sweep reads: each is up to 50 KB of its history.</summary>
    private const int PagesPerExecution = 10;

    private IReadOnlyDictionary<string, EarlierTrial> trials = ReadOnlyDictionary<string, EarlierTrial>.Empty;
    private int? page;
    private int read;

    /// <summary>Turns to the page of a trial. Returns false if that is left to a new execution.</summary>
    /// <param name="trial">The trial's number.</param>
    /// <param name="toTheEnd">Whether the length of this one's history does not matter.</param>
    /// <param name="cancel">The wish to cancel the sweep.</param>
    public async Task<bool> TurnToAsync(int trial, bool toTheEnd, Task cancel)
    {
        int wanted = EarlierTrialsPage.Of(trial);
        if (trial >= count || page == wanted)
        {
            return true;
        }

        if (read == PagesPerExecution && !toTheEnd)
        {
            return false;
        }

        trials = await context.CallActivityAsync<IReadOnlyDictionary<string, EarlierTrial>>(
            nameof(ReadEarlierTrials), new EarlierTrialsPage(runId, wanted), ActivityRetries.Until(cancel));
        page = wanted;
        read++;
        return true;
    }

    /// <summary>What there is of a trial of the page; null where there is nothing.</summary>
    public EarlierTrial? Find(string trial) => trials.GetValueOrDefault(trial);
}
