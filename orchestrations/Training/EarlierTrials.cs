using System.Collections.Concurrent;
using System.Text.Json;
using DurableMl.BatchJobs.Outcomes;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Sweeps;

namespace DurableMl.Orchestrations.Training;

/// <summary>What an earlier execution of a run has left of a trial.</summary>
/// <param name="Attempts">Attempts begun.</param>
/// <param name="Status">How it ended; null when it is to be trained on, from its last checkpoint.</param>
/// <param name="Restarts">How often Batch has started its tasks again.</param>
/// <param name="Budget">Epochs that it was told to train when it left its result; 0 where it has left none.</param>
public sealed record EarlierTrial(int Attempts, TrialStatus? Status, int Restarts = 0, int Budget = 0)
{
    /// <summary>Its hyperparameters, where the sampler would not choose the same again.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Parameters { get; init; }
}

/// <summary>Finds what a resumed run need not do again, from what its trials have left in blobs.</summary>
internal static class EarlierTrials
{
    private const int Parallel = 16;

    /// <summary>The trials that were begun, by their ids.</summary>
    public static async Task<IReadOnlyDictionary<string, EarlierTrial>> FindAsync(TrialReader reader, SweepInput sweep, CancellationToken cancellationToken)
    {
        var found = new ConcurrentDictionary<string, EarlierTrial>(StringComparer.Ordinal);
        await System.Threading.Tasks.Parallel.ForEachAsync(
            Enumerable.Range(0, sweep.Sweep.Trials).Select(RunIds.TrialId),
            new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken },
            async (id, token) =>
            {
                string folder = RunBlobs.Trial(sweep.RunId, id).TrimEnd('/');
                TrialStarts starts = await reader.StartsAsync(folder, token);
                TrialResult? result = await reader.ResultAsync(folder, token);
                if (Of(id, result, starts, sweep.Sweep.Objective, sweep.Sweep.Second) is { } trial)
                {
                    found[id] = trial;
                }
            });
        return found;
    }

    /// <summary>One that has reached its budget or failed for good has ended; any other goes on in a new attempt.</summary>
    internal static EarlierTrial? Of(string id, TrialResult? result, TrialStarts starts, ObjectiveDefinition objective, ObjectiveDefinition? second = null)
    {
        int attempts = Math.Max(starts.LastAttempt, result?.Attempt ?? 0);
        if (result is null)
        {
            return attempts == 0 ? null : new EarlierTrial(attempts, null, starts.Preemptions);
        }

        TrialObservation seen = ObserveTrial.Judge(running: false, TrialOutcome.Classify(null, result, result.Attempt), ObserveTrial.Progress(result, objective.Best), starts.Preemptions, objective.Metric);
        TrialState? state = seen.Outcome switch
        {
            TrialOutcomeKind.Succeeded => TrialState.Completed,
            TrialOutcomeKind.NonRetryable => TrialState.Failed,
            _ => null,
        };
        return new EarlierTrial(
            attempts,
            state is { } ended
                ? new TrialStatus(id, ended, seen.Objective, seen.Epoch, attempts, starts.Preemptions, Dedicated: false, ended == TrialState.Failed ? seen.Message : null)
                {
                    Second = second is not null && result.Metrics.TryGetValue(second.Metric, out MetricSummary? metric) ? metric.Last : null,
                }
                : null,
            starts.Preemptions,
            result.Budget);
    }
}
