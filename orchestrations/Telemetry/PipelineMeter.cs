using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json;
using DurableMl.BatchJobs.Outcomes;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Training;

namespace DurableMl.Orchestrations.Telemetry;

/// <summary>
/// The instruments of the meter <c>DurableMl.Pipelines</c>: runs and their trials. Seconds are the unit of time. Activities measure, never
/// orchestrators, whose code runs again in every replay. An activity may run twice after a failure, so each looks in storage or in its input
/// whether the fact was counted before; a process that dies between a fact and the next export takes the measurement with it.
/// Attributes have few values: states, phases, and the jobs there are. Which run and which trial is for logs and traces.
/// </summary>
public sealed class PipelineMeter : IDisposable
{
    /// <summary>The meter's name, to subscribe to.</summary>
    public const string Name = "DurableMl.Pipelines";

    private readonly Counter<long> started;
    private readonly Counter<long> runs;
    private readonly Histogram<double> phases;
    private readonly Counter<long> trials;
    private readonly Counter<long> attempts;
    private readonly Counter<long> preemptions;
    private readonly Histogram<double> queue;
    private readonly Histogram<double> node;

    /// <summary>Creates the instruments.</summary>
    public PipelineMeter()
    {
        started = Meter.CreateCounter<long>("durableml.runs.started", "{run}", "Runs begun, and runs resumed");
        runs = Meter.CreateCounter<long>("durableml.runs", "{run}", "Runs ended, by state");
        phases = Histogram("durableml.run.phase.duration", "Time that a run spent in a phase");
        trials = Meter.CreateCounter<long>("durableml.trials", "{trial}", "Trials of ended runs, by outcome");
        attempts = Meter.CreateCounter<long>("durableml.trial.attempts", "{attempt}", "Batch tasks of trials that ended by themselves, by outcome");
        preemptions = Meter.CreateCounter<long>("durableml.trial.preemptions", "{preemption}", "Nodes taken away from trials");
        queue = Histogram("durableml.trial.queue.duration", "Time that a Batch task waited until it ran on a node");
        node = Histogram("durableml.trial.node.duration", "Time that a Batch task ran since its last start, times the nodes that it ran on");
    }

    /// <inheritdoc/>
    public void Dispose() => Meter.Dispose();

    internal Meter Meter { get; } = new(Name);

    internal void RunStarted() => started.Add(1);

    /// <summary>Counts an ended run with its phases and those of its trials that an earlier report has not.</summary>
    internal void RunEnded(RunOutput report, RunOutput? earlier)
    {
        runs.Add(1, new KeyValuePair<string, object?>("state", Word(report.State)));
        foreach (PhaseTimes phase in report.Phases)
        {
            if (phase.Name != RunPhase.Done && phase.EndedAt is { } ended)
            {
                phases.Record((ended - phase.StartedAt).TotalSeconds, new KeyValuePair<string, object?>("phase", Word(phase.Name)));
            }
        }

        foreach (TrialSummary trial in report.Trials)
        {
            if (earlier?.Trials.Any(before => before.Id == trial.Id && before.State == trial.State && before.Attempts == trial.Attempts) != true)
            {
                trials.Add(1, new KeyValuePair<string, object?>("outcome", Word(trial.State)));
            }
        }
    }

    internal void Preempted(string job, int times)
    {
        if (times > 0)
        {
            preemptions.Add(times, new KeyValuePair<string, object?>("job", job));
        }
    }

    /// <summary>Counts an ended attempt.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="created">When its Batch task was made; null where Batch does not say.</param>
    /// <param name="began">When it last began to run.</param>
    /// <param name="ended">When it ended, or now.</param>
    internal void AttemptEnded(TrialAttempt attempt, TrialOutcomeKind outcome, DateTimeOffset? created, DateTimeOffset? began, DateTimeOffset ended)
    {
        var tags = new TagList { { "job", attempt.Job }, { "pool", attempt.Dedicated ? "dedicated" : "spot" } };
        if (began is { } start)
        {
            if (created is { } made)
            {
                queue.Record(Math.Max(0, (start - made).TotalSeconds), tags);
            }

            node.Record(Math.Max(0, (ended - start).TotalSeconds) * attempt.Nodes, tags);
        }

        tags.Add("outcome", outcome switch
        {
            TrialOutcomeKind.Succeeded => "succeeded",
            TrialOutcomeKind.NonRetryable => "nonRetryable",
            TrialOutcomeKind.JobFailure => "failed",
            TrialOutcomeKind.InfrastructureFailure => "infrastructure",
            TrialOutcomeKind.Preempted => "preempted",
            TrialOutcomeKind.Stopped => "stopped",
            _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "No such outcome."),
        });
        attempts.Add(1, tags);
    }

    // As it is called in documents.
    private static string Word<T>(T value)
        where T : struct, Enum => JsonSerializer.SerializeToElement(value).GetString()!;

    private Histogram<double> Histogram(string name, string description) => Meter.CreateHistogram(
        name, "s", description, null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 5, 10, 30, 60, 300, 600, 1800, 3600, 7200, 14400, 43200, 86400] });
}
