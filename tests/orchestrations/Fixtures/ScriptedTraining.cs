using System.Collections.Concurrent;
using Azure.Storage.Blobs;
using DurableMl.BatchJobs.Outcomes;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Sweeps;
using DurableMl.Orchestrations.Training;
using Microsoft.DurableTask;

namespace Orchestrations.Tests.Fixtures;

/// <summary>The training activities as a test scripts them: what each look at an attempt shows.</summary>
internal sealed class ScriptedTraining(Func<TrialAttempt, int, TrialObservation> look)
{
    private readonly ConcurrentDictionary<string, int> looks = new(StringComparer.Ordinal);

    public ConcurrentQueue<TrialAttempt> Submitted { get; } = new();

    /// <summary>Attempts whose job was asked to stop.</summary>
    public ConcurrentQueue<TrialAttempt> Asked { get; } = new();

    public ConcurrentQueue<TrialAttempt> Ended { get; } = new();

    public ConcurrentQueue<string> CleanedUp { get; } = new();

    public ConcurrentQueue<RecordDecisionInput> Decisions { get; } = new();

    public bool HasDedicatedPool { get; init; } = true;

    public bool CleanUpFails { get; init; }

    /// <summary>Where a resumed sweep looks for what is done.</summary>
    public BlobServiceClient? Blobs { get; init; }

    public static TrialObservation Waiting { get; } = new(false, null, null, 0, null, null);

    public static TrialObservation Running(double? objective = null, double? epoch = null, int restarts = 0) => new(true, null, null, restarts, objective, epoch);

    public static TrialObservation Over(TrialOutcomeKind outcome, double? objective = null, string? message = null, int restarts = 0) =>
        new(false, outcome, message, restarts, objective, 3);

    public void Register(DurableTaskRegistry tasks)
    {
        tasks.AddActivityFunc<SweepInput, SweepPreparation>(nameof(PrepareSweep), async (_, input) =>
        {
            var preparation = new SweepPreparation("c0de", HasDedicatedPool);
            return input.Resumed ? await PrepareSweep.ResumeAsync(preparation, new TrialReader(Blobs!), Blobs!, input, default) : preparation;
        });
        tasks.AddActivityFunc<EarlierTrialsPage, IReadOnlyDictionary<string, EarlierTrial>>(nameof(ReadEarlierTrials), (_, page) => new ReadEarlierTrials(Blobs!).RunAsync(page, default));
        tasks.AddActivityFunc<RecordDecisionInput, object?>(nameof(RecordDecision), (_, input) => Add(Decisions, input));
        tasks.AddActivityFunc<TrialAttempt, object?>(nameof(SubmitTrial), (_, attempt) => Add(Submitted, attempt));
        tasks.AddActivityFunc<TrialAttempt, object?>(nameof(AskTrialToStop), (_, attempt) => Add(Asked, attempt));
        tasks.AddActivityFunc<TrialAttempt, TrialObservation>(
            nameof(ObserveTrial), (_, attempt) => IsStopped(attempt) ? StoppedLook(look(attempt, 0)) : look(attempt, looks.AddOrUpdate($"{attempt.RunId}/{attempt.TrialId}/{attempt.Attempt}", 1, (_, n) => n + 1)));
        tasks.AddActivityFunc<TrialAttempt, object?>(nameof(EndTrial), (_, attempt) => Add(Ended, attempt));
        tasks.AddActivityFunc<string, object?>(nameof(CleanUpSweep), (_, run) => CleanUpFails ? throw new PermanentFailureException("Batch says no.") : Add(CleanedUp, run));
    }

    /// <summary>A job that was asked to stop does so.</summary>
    private bool IsStopped(TrialAttempt attempt) => Asked.Any(asked => (asked.RunId, asked.TrialId, asked.Attempt) == (attempt.RunId, attempt.TrialId, attempt.Attempt));

    private static TrialObservation StoppedLook(TrialObservation seen) => seen.Outcome is null ? seen with { Running = false, Outcome = TrialOutcomeKind.Stopped } : seen;

    private static object? Add<T>(ConcurrentQueue<T> queue, T item)
    {
        queue.Enqueue(item);
        return null;
    }
}
