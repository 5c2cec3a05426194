using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Training;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace DurableMl.Orchestrations.Sweeps;

/// <summary>How a sweep ended.</summary>
/// <param name="Trials">All trials, in order; of more than <see cref="MostTrials"/> those that matter most, and all are in the run's blobs.</param>
/// <param name="Best">The best completed trial; null when none completed.</param>
/// <param name="CodeSha256">The version of the code that all trials ran.</param>
/// <param name="Stopped">Why trials were ended early, if they were.</param>
/// <param name="Cancelled">Whether that was because the run was cancelled.</param>
public sealed record SweepResult(IReadOnlyList<TrialStatus> Trials, BestTrial? Best, string CodeSha256, string? Stopped, bool Cancelled)
{
    /// <summary>Trials in a result, at most: it goes through messages and histories.</summary>
    public const int MostTrials = 200;

    /// <summary>How many trials there were.</summary>
    public int Total { get; init; } = Trials.Count;

    /// <summary>How many have completed.</summary>
    public int Completed { get; init; } = Trials.Count(trial => trial.State == TrialState.Completed);

    /// <summary>How many have failed.</summary>
    public int Failed { get; init; } = Trials.Count(trial => trial.State == TrialState.Failed);

    /// <summary>Why trials have failed, most often; null where none has.</summary>
    public string? Failure { get; init; } = TrialFailures.Describe(Trials);

    /// <summary>Of a sweep with two objectives, the trials that none beats in both, the best in the first first; null where there is one.</summary>
    public IReadOnlyList<string>? ParetoFront { get; init; }

    /// <summary>The result of a sweep.</summary>
    /// <param name="trials">All trials.</param>
    /// <param name="sweep">The sweep.</param>
    /// <param name="state">What it has come to.</param>
    internal static SweepResult Of(IReadOnlyList<SweptTrial> trials, SweepDefinition sweep, SweepState state)
    {
        TrialStatus[] all = [.. trials.Select(trial => trial.Status)];
        BestTrial? best = BestTrial.Of(all.Where(trial => trial.State == TrialState.Completed), sweep);
        return new SweepResult(TrialSelection.OfResult(all, sweep.Objective.Goal), best, state.Preparation.CodeSha256, state.Stopped, state.Cancelled)
        {
            Total = all.Length,
            Completed = all.Count(trial => trial.State == TrialState.Completed),
            Failed = all.Count(trial => trial.State == TrialState.Failed),
            Failure = TrialFailures.Describe(all),
            ParetoFront = Sweeps.ParetoFront.Of(all, sweep),
            Finished = state.Finished,
            Decisions = state.Decided.Newest,
        };
    }

    /// <summary>Which rule of <c>sweep.stop</c>, or who, ended it with what it had; null where nothing did.</summary>
    public string? Finished { get; init; }

    /// <summary>What people have decided meanwhile.</summary>
    public IReadOnlyList<SweepDecision> Decisions { get; init; } = [];
}

/// <summary>What <see cref="SweepOrchestrator"/> works on.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Dataset">The dataset's name.</param>
/// <param name="DatasetVersion">The dataset's version.</param>
/// <param name="Sweep">The sweep.</param>
/// <param name="Resumed">Whether an earlier execution of the run has left trials that need not be trained again.</param>
public sealed record SweepInput(string RunId, string Dataset, string DatasetVersion, SweepDefinition Sweep, bool Resumed = false)
{
    /// <summary>What earlier executions of the orchestration came to; null at the start.</summary>
    public SweepState? State { get; init; }
}

/// <summary>
/// Orchestrator: trains trials in a bounded number of slots and picks the best. Each free slot gets the next trial at once. Stops early when
/// cancelled, when too many have failed and when a rule of the sweep says that it has done enough. However many trials there are, its history
/// stays short: they report by events, and it goes on in a new execution now and then.
/// </summary>
public static partial class SweepOrchestrator
{
    /// <summary>
    /// Reports, and decisions, after which the sweep goes on in a new execution. Each costs up to ten history events, those of the trial's own start
    /// among them.
    /// </summary>
    internal const int ReportsPerExecution = 50;

    private static readonly TimeSpan LostTrialsEvery = TimeSpan.FromMinutes(10);

    /// <summary>Returns how all trials ended. The run's Batch jobs are gone afterwards, or soon after if Batch does not answer just then.</summary>
    [Function(nameof(SweepOrchestrator))]
    public static async Task<SweepResult> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        SweepInput input = context.GetInput<SweepInput>()!;
        Task<string> cancel = context.WaitForExternalEvent<string>(RunEvents.Cancel);
        SweepState? state = input.State;
        if (state is null)
        {
            DateTime startedAt = context.CurrentUtcDateTime;
            try
            {
                SweepPreparation prepared = await context.CallActivityAsync<SweepPreparation>(nameof(PrepareSweep), input, ActivityRetries.Until(cancel));
                state = new SweepState(prepared with { Decided = null }, startedAt) { Decided = prepared.Decided ?? new SweepDecided() };
            }
            catch (TaskFailedException) when (cancel.IsCompleted)
            {
                string reason = await cancel;
                SweptTrial[] none = [.. Enumerable.Range(0, input.Sweep.Trials).Select(index => new SweptTrial(TrialStatus.Cancelled(RunIds.TrialId(index), reason), input.Sweep.Budget))];
                return SweepResult.Of(none, input.Sweep, new SweepState(new SweepPreparation("", HasDedicatedPool: false), startedAt) { Stopped = reason, Cancelled = true });
            }
        }

        var sweep = new SweepRun(context, input, state);
        context.SetCustomStatus(JsonBlobs.ToElement(sweep.Status));
        if (!await TrainAsync(context, input, sweep, cancel))
        {
            // A wait that is left behind would take, and lose, a word that comes just now.
            if (await cancel.DrainAsync(context, RunEvents.Cancel) is { } reason)
            {
                sweep.Cancel(reason);
            }

            context.ContinueAsNew(input with { State = sweep.State });
            return sweep.Result();
        }

        SweepResult result = sweep.Result();
        if (result.Total > SweepResult.MostTrials)
        {
            await KeepTrialsAsync(context, sweep.AllTrials());
        }

        await CleanUpAsync(context, input.RunId);
        return result;
    }

    /// <summary>Returns whether all is trained that will be; if not, the sweep is to go on in a new execution.</summary>
    private static async Task<bool> TrainAsync(TaskOrchestrationContext context, SweepInput input, SweepRun sweep, Task<string> cancel)
    {
        using var endTimers = new CancellationTokenSource();
        Task? time = input.Sweep.Stop?.Time is { } most && !sweep.HasEnded ? context.CreateTimer(sweep.StartedAt + most, endTimers.Token) : null;
        Task? look = null;
        Task<SweepMessage>? message = null;

        // Not to be left while a message is awaited: one that came to this execution only now would be lost.
        int messages = 0;
        bool goesOn;
        while ((goesOn = await sweep.FillAsync(toTheEnd: message is not null, cancel)) && !sweep.IsOver && (messages < ReportsPerExecution || message is not null))
        {
            ShowLarge(context, sweep);
            message ??= context.WaitForExternalEvent<SweepMessage>(RunEvents.SweepMessage);
            if (look is null && sweep.PlanLook(LostTrialsEvery) is { } at)
            {
                look = context.CreateTimer(at, endTimers.Token);
            }

            await Task.WhenAny([message, .. new[] { sweep.Cancelled ? null : cancel, time, look }.OfType<Task>()]);
            if (message.IsCompleted)
            {
                await TakeAsync(context, input.RunId, sweep, await message);
                message = null;
                messages++;
            }

            if (cancel.IsCompleted && !sweep.Cancelled)
            {
                sweep.Cancel(await cancel);
            }

            if (time is { IsCompleted: true })
            {
                time = null;
                sweep.Finish(SweepRules.TimeIsOver(input.Sweep.Stop!.Time!.Value));
            }

            if (look is { IsCompleted: true })
            {
                look = null;
                await FindLostAsync(context, new FindLostTrialsInput(input.RunId, sweep.TakeLook()), sweep);
            }
        }

#pragma warning disable MA0042 // An orchestrator awaits nothing but its context's tasks.
        endTimers.Cancel();
#pragma warning restore MA0042
        return goesOn && sweep.IsOver;
    }

    /// <summary>
    /// Shows how a sweep is doing that is too large to be put together from its trials' own statuses whenever somebody asks.
    /// </summary>
    private static void ShowLarge(TaskOrchestrationContext context, SweepRun sweep)
    {
        if (sweep.Status is { IsLarge: true } status)
        {
            context.SetCustomStatus(JsonBlobs.ToElement(status));
        }
    }

    private static async Task TakeAsync(TaskOrchestrationContext context, string runId, SweepRun sweep, SweepMessage message)
    {
        if (message.Report is { } report)
        {
            sweep.Take(report);
        }

        if (message.Decision is not { } decision)
        {
            return;
        }

        decision = sweep.Decide(decision);
        context.SetCustomStatus(JsonBlobs.ToElement(sweep.Status));
        try
        {
            await context.CallActivityAsync(nameof(RecordDecision), new RecordDecisionInput(runId, sweep.Decisions, decision), ActivityRetries.Brief);
        }
        catch (TaskFailedException e)
        {
            // It holds all the same, and the run's output shows it too.
            ILogger logger = context.CreateReplaySafeLogger(nameof(SweepOrchestrator));
            LogNotRecorded(logger, sweep.Decisions, RootCause.Of(e));
        }
    }

    private static async Task FindLostAsync(TaskOrchestrationContext context, FindLostTrialsInput look, SweepRun sweep)
    {
        if (look.Trials.Count == 0)
        {
            return;
        }

        try
        {
            foreach (TrialReport lost in await context.CallActivityAsync<IReadOnlyList<TrialReport>>(nameof(FindLostTrials), look, ActivityRetries.Brief))
            {
                sweep.Take(lost);
            }
        }
        catch (TaskFailedException e)
        {
            // The next look will do as well.
            ILogger logger = context.CreateReplaySafeLogger(nameof(SweepOrchestrator));
            LogNotLookedFor(logger, RootCause.Of(e));
        }
    }

    private static async Task KeepTrialsAsync(TaskOrchestrationContext context, KeepTrialsInput trials)
    {
        try
        {
            await context.CallActivityAsync(nameof(KeepTrials), trials, ActivityRetries.Brief);
        }
        catch (TaskFailedException e)
        {
            // Those that matter most are in the result, and each trial's own blobs have what it came to.
            ILogger logger = context.CreateReplaySafeLogger(nameof(SweepOrchestrator));
            LogNotKept(logger, trials.RunId, RootCause.Of(e));
        }
    }

    private static async Task CleanUpAsync(TaskOrchestrationContext context, string runId)
    {
        try
        {
            await context.CallActivityAsync(nameof(CleanUpSweep), runId, ActivityRetries.Brief);
        }
        catch (TaskFailedException e)
        {
            // What was trained is not lost over that: the jobs have nothing left to run, and the app's timer removes the jobs of runs that are over.
            ILogger logger = context.CreateReplaySafeLogger(nameof(SweepOrchestrator));
            LogNotCleanedUp(logger, runId, RootCause.Of(e));
        }
    }

    [LoggerMessage(LogLevel.Warning, "The sweep could not look for trials that will not report any more: {Reason}")]
    private static partial void LogNotLookedFor(ILogger logger, string reason);

    [LoggerMessage(LogLevel.Warning, "Decision {Number} about the sweep could not be kept with the run's blobs: {Reason}")]
    private static partial void LogNotRecorded(ILogger logger, int number, string reason);

    [LoggerMessage(LogLevel.Warning, "The list of all trials of run {RunId} could not be kept; its report names some of them: {Reason}")]
    private static partial void LogNotKept(ILogger logger, string runId, string reason);

    [LoggerMessage(LogLevel.Warning, "The Batch jobs of run {RunId} could not be removed yet: {Reason}")]
    private static partial void LogNotCleanedUp(ILogger logger, string runId, string reason);
}
