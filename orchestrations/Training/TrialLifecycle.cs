using DurableMl.BatchJobs.Outcomes;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Sweeps;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace DurableMl.Orchestrations.Training;

/// <summary>The decisions of a trial: what an observation means and what to do next. Lives inside <see cref="TrialOrchestrator"/>.</summary>
internal sealed partial class TrialLifecycle(TaskOrchestrationContext context, TrialInput input)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan TimeLimitGrace = TimeSpan.FromMinutes(2);

    private RetryBudgets Budgets => input.Sweep.Retries;

    // One that goes on to a larger budget has been tried before, but is not tried again.
    private TrialState Waiting => Record.Attempt == (input.Record?.Attempt ?? 1) && Record.Restarts == (input.Record?.Restarts ?? 0) ? TrialState.Waiting : TrialState.Retrying;

    public TrialRecord Record { get; private set; } = input.Record ?? new TrialRecord(1, input.WantsDedicated(0));

    /// <summary>The state in which the trial has ended, if it has.</summary>
    public TrialState? Final { get; private set; }

    /// <summary>Submits, looks and decides. Returns how long to wait before the next step.</summary>
    public async Task<TimeSpan> StepAsync()
    {
        try
        {
            TrialObservation? seen = null;
            if (Record.SubmittedAt is null)
            {
                Report(Waiting);
                seen = await context.CallActivityAsync<TrialObservation?>(nameof(SubmitTrial), TrialAttempt.Of(input, Record), ActivityRetries.ExceptOutages);
                Record = Record with { SubmittedAt = context.CurrentUtcDateTime };
            }

            seen ??= await context.CallActivityAsync<TrialObservation>(nameof(ObserveTrial), TrialAttempt.Of(input, Record), ActivityRetries.ExceptOutages);
            Record = Record.With(seen, context.CurrentUtcDateTime);
            if (seen is { Outcome: not null, Running: true })
            {
                // It is of no use, and would go on to its budget all the same.
                await EndTaskAsync();
            }

            return seen.Outcome is { } outcome ? AfterOutcome(outcome, seen.Message) : await GoOnAsync(seen.Running);
        }
        catch (TaskFailedException failure)
        {
            // The task may well be alive, so the same attempt goes on.
            return AfterFailedCall(failure);
        }
    }

    /// <summary>Ends the attempt under way for good.</summary>
    /// <param name="state">What the trial is afterwards.</param>
    /// <param name="reason">Why.</param>
    public async Task<TrialReport> EndAsync(TrialState state, string reason)
    {
        try
        {
            await EndTaskAsync();
        }
        catch (TaskFailedException e)
        {
            // The sweep removes the Batch job, and the task with it.
            ILogger logger = context.CreateReplaySafeLogger<TrialLifecycle>();
            LogNotEnded(logger, input.RunId, input.TrialId, RootCause.Of(e));
        }

        return Conclude(state, reason);
    }

    /// <summary>Asks the job that is on a node to save a checkpoint and exit. Returns whether there is one to be waited for.</summary>
    public async Task<bool> AskToStopAsync()
    {
        if (Record.SubmittedAt is null || Record.SeenRunningAt is null)
        {
            return false;
        }

        try
        {
            await context.CallActivityAsync(nameof(AskTrialToStop), TrialAttempt.Of(input, Record), ActivityRetries.Brief);
            return true;
        }
        catch (TaskFailedException e)
        {
            // Then its task is ended as it is; the checkpoint before this one is kept.
            ILogger logger = context.CreateReplaySafeLogger<TrialLifecycle>();
            LogNotAsked(logger, input.RunId, input.TrialId, RootCause.Of(e));
            return false;
        }
    }

    /// <summary>Looks whether the job that was asked to stop has exited. Null: it has not; completed: it had reached its budget.</summary>
    public async Task<TrialState?> HasExitedAsync()
    {
        try
        {
            TrialObservation seen = await context.CallActivityAsync<TrialObservation>(nameof(ObserveTrial), TrialAttempt.Of(input, Record), ActivityRetries.ExceptOutages);
            Record = Record.With(seen, context.CurrentUtcDateTime);
            return seen.Outcome switch
            {
                null => null,
                TrialOutcomeKind.Succeeded => TrialState.Completed,
                _ => TrialState.Stopped,
            };
        }
        catch (TaskFailedException)
        {
            // The next look will do as well, and there are not many.
            return null;
        }
    }

    /// <summary>As <see cref="Conclude(TrialState)"/>, with why.</summary>
    public TrialReport Conclude(TrialState state, string? reason)
    {
        Record = Record with { Error = reason };
        return Conclude(state);
    }

    /// <summary>Shows how the trial has ended, and tells whoever is to hear of it.</summary>
    public TrialReport Conclude(TrialState state) => Tell(Report(state));

    /// <summary>Tells of a whole epoch that has ended since the last time, where somebody is to hear of it.</summary>
    public void TellEpoch()
    {
        if (input.Audience is { EachEpoch: true } && Record is { Objective: not null, Epoch: { } epoch } && Math.Floor(epoch) > Record.ToldEpoch)
        {
            Record = Record with { ToldEpoch = Math.Floor(epoch) };
            Tell(Record.Status(input, TrialState.Running));
        }
    }

    /// <summary>Shows where the trial stands.</summary>
    public TrialStatus Report(TrialState state)
    {
        TrialStatus status = Record.Status(input, state);
        context.SetCustomStatus(Blobs.JsonBlobs.ToElement(status));
        return status;
    }

    private TrialReport Tell(TrialStatus status)
    {
        var report = new TrialReport(input.Audience?.Step ?? 0, status, Record);
        if (input.Audience is { } audience)
        {
            context.SendEvent(audience.Instance, RunEvents.SweepMessage, new SweepMessage(report));
        }

        return report;
    }

    private TimeSpan AfterOutcome(TrialOutcomeKind outcome, string? message)
    {
        switch (outcome)
        {
            case TrialOutcomeKind.Succeeded:
                return End(TrialState.Completed, null);
            case TrialOutcomeKind.NonRetryable:
                return End(TrialState.Failed, message);
            case TrialOutcomeKind.JobFailure:
                Record = Record with { Failures = Record.Failures + 1 };
                return Record.Failures <= Budgets.Failures ? Pause(Record.Next(Record.Dedicated, message)) : End(TrialState.Failed, message);
            // Nobody preempts dedicated nodes: told to stop there, the node is at fault.
            case TrialOutcomeKind.Preempted when !Record.Dedicated:
                Record = Record with { PreemptedAttempts = Record.PreemptedAttempts + 1 };
                return Pause(Record.Next(input.WantsDedicated(Record.Preemptions), message));
            default:
                return CountInfrastructureFailure() ? Pause(Record.Next(Record.Dedicated, message)) : End(TrialState.Failed, message);
        }
    }

    private async Task<TimeSpan> GoOnAsync(bool running)
    {
        if (!Record.Dedicated && input.WantsDedicated(Record.Preemptions))
        {
            await EndTaskAsync();
            Record = Record.Next(dedicated: true, FormattableString.Invariant($"moved to dedicated nodes after {Record.Preemptions} preemption{(Record.Preemptions == 1 ? "" : "s")}"));
            Report(TrialState.Retrying);
            return TimeSpan.Zero;
        }

        TimeSpan limit = input.Sweep.TimeLimit;
        if (Record.Ran > limit + TimeLimitGrace)
        {
            // Batch ends a task at its limit; this is for a task of which it has lost sight.
            await EndTaskAsync();
            return AfterOutcome(TrialOutcomeKind.JobFailure, $"It ran longer than sweep.timeLimit, {limit:c}, and was ended.");
        }

        Report(running ? TrialState.Running : Waiting);
        return PollSchedule.Trial.After(context.CurrentUtcDateTime - Record.SubmittedAt!.Value);
    }

    /// <summary>An outage of Batch or storage is nobody's failure and is waited out; it counts against no budget.</summary>
    private TimeSpan AfterFailedCall(TaskFailedException failure)
    {
        string reason = RootCause.Of(failure);
        if (failure.FailureDetails is { } details && Outage.Is(details))
        {
            DateTime since = Record.OutageSince ?? context.CurrentUtcDateTime;
            TimeSpan lasted = context.CurrentUtcDateTime - since;
            if (lasted > Outage.Longest)
            {
                return End(TrialState.Failed, FormattableString.Invariant($"Batch or storage has not answered for {Outage.Longest.TotalHours:0} hours: {reason}"));
            }

            Record = Record with { OutageSince = since, Error = reason };
            Report(TrialState.Retrying);
            return Outage.Pauses.After(lasted);
        }

        bool again = CountInfrastructureFailure() && (failure.FailureDetails is not { } cause || !PermanentFailureException.Is(cause));
        return again ? Pause(Record with { Error = reason }) : End(TrialState.Failed, reason);
    }

    private bool CountInfrastructureFailure()
    {
        Record = Record with { InfrastructureFailures = Record.InfrastructureFailures + 1 };
        return Record.InfrastructureFailures <= Budgets.Infrastructure;
    }

    private TimeSpan End(TrialState state, string? error)
    {
        Record = Record with { Error = error };
        Final = state;
        return TimeSpan.Zero;
    }

    /// <summary>Doubles with every trouble so far, whatever its kind.</summary>
    private TimeSpan Pause(TrialRecord next)
    {
        Record = next;
        Report(TrialState.Retrying);
        var pause = TimeSpan.FromSeconds(Math.Pow(2, Math.Min(10, Record.Failures + Record.InfrastructureFailures + Record.PreemptedAttempts)) / 2);
        return pause < LongestPause ? pause : LongestPause;
    }

    private Task EndTaskAsync() => Record.SubmittedAt is null
        ? Task.CompletedTask
        : context.CallActivityAsync(nameof(EndTrial), TrialAttempt.Of(input, Record), ActivityRetries.Brief);

    [LoggerMessage(LogLevel.Warning, "The job of {TrialId} of run {RunId} could not be asked to stop: {Reason}")]
    private static partial void LogNotAsked(ILogger logger, string runId, string trialId, string reason);

    [LoggerMessage(LogLevel.Warning, "The Batch task of {TrialId} of run {RunId} could not be ended: {Reason}")]
    private static partial void LogNotEnded(ILogger logger, string runId, string trialId, string reason);
}
