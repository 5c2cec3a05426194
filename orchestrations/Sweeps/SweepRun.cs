using System.Text.Json;
using DurableMl.BatchJobs.Submission;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Sweeps.Samplers;
using DurableMl.Orchestrations.Sweeps.Schedulers;
using DurableMl.Orchestrations.Training;
using Microsoft.DurableTask;

namespace DurableMl.Orchestrations.Sweeps;

/// <summary>
/// The trials of one sweep, as sub-orchestrations: which begins or goes on next, and what their ends mean. Every decision follows from the
/// sweep and from what its trials have reported, in the order in which they did. Lives inside <see cref="SweepOrchestrator"/>.
/// </summary>
internal sealed class SweepRun(TaskOrchestrationContext context, SweepInput input, SweepState begun)
{
    private readonly List<SweptTrial> trials = [.. begun.Trials];
    // What a scheduler sees of them, beside each: it is asked all the time.
    private readonly List<TrialCurve> curves = [.. begun.Trials.Select((trial, number) => trial.Curve(number))];
    private const int DecisionsShown = 10;
    private const int LongestFailure = 500;

    private readonly EarlierPages earlier = new(context, input.RunId, begun.Preparation.Earlier);
    private readonly ISampler sampler = input.Sweep.CreateSampler();
    private readonly ParameterExplorer explorer = new(new SearchSpace(input.Sweep.Parameters), input.Sweep.Seed, input.Sweep.Scheduler?.ResampleProbability ?? 0);
    private SweepDefinition sweep = begun.Decided.Steer(input.Sweep);
    private IScheduler scheduler = begun.Decided.Steer(input.Sweep).CreateScheduler();
    private SweepState state = begun;

    /// <summary>What another execution can go on from.</summary>
    public SweepState State => state with { Trials = [.. trials] };

    /// <summary>When the sweep began, UTC.</summary>
    public DateTime StartedAt => state.StartedAt;

    /// <summary>Whether it was cancelled.</summary>
    public bool Cancelled => state.Cancelled;

    /// <summary>Whether no more trials are begun.</summary>
    public bool HasEnded => (state.Stopped ?? state.Finished) is not null;


    /// <summary>Whether nothing is under way and nothing will be.</summary>
    public bool IsOver => trials.TrueForAll(trial => trial.Step is null) && (HasEnded || !state.Decided.Paused || Next() is null);

    /// <summary>What the sweep shows of itself.</summary>
    public SweepStatus Status
    {
        get
        {
            TrialStatus[] ended = [.. trials.Where(trial => trial is { Step: null, End: > 0 }).Select(trial => trial.Status)];
            return new(sweep.Trials, sweep.Parallelism, state.Decided.Paused, [.. state.Decided.Newest.TakeLast(DecisionsShown).Select(decision => decision with { Parameters = null })])
            {
                Ended = ended.Length,
                Failed = ended.Count(trial => trial.State == TrialState.Failed),
                Failure = TrialFailures.Describe(ended, sweep.Trials) is { } failure ? failure[..Math.Min(failure.Length, LongestFailure)] : null,
                Best = BestTrial.Of(trials.Select(trial => trial.Status).Where(trial => trial.State == TrialState.Completed), sweep),
                ParetoFront = sweep.Trials > SweepResult.MostTrials && ParetoFront.Of(ended, sweep) is { } front ? [.. front.Take(TrialSelection.Most)] : null,
            };
        }
    }

    /// <summary>How many decisions it has taken.</summary>
    public int Decisions => state.Decided.Count;

    /// <summary>
    /// Gives each free slot the next trial. Returns false if a new execution is to go on with that, as this one's history would grow long: a resumed
    /// sweep takes over all its trials at once.
    /// </summary>
    /// <param name="toTheEnd">Whether that does not matter.</param>
    /// <param name="cancel">The wish to cancel the sweep.</param>
    public async Task<bool> FillAsync(bool toTheEnd, Task<string> cancel)
    {
        while (!HasEnded && !state.Decided.Paused && trials.Count(trial => trial.Step is not null) < sweep.Parallelism && Next() is { } step)
        {
            if (step.Trial < trials.Count)
            {
                await GoOnAsync(step);
                continue;
            }

            try
            {
                if (!await earlier.TurnToAsync(step.Trial, toTheEnd, cancel))
                {
                    return false;
                }
            }
            catch (TaskFailedException) when (cancel.IsCompleted)
            {
                Cancel(await cancel);
                return true;
            }

            await BeginAsync(step);
        }

        return true;
    }

    /// <summary>Takes over what a trial has told. What is told twice, or of a step that is over, is left alone.</summary>
    public void Take(TrialReport report)
    {
        int number = trials.FindIndex(trial => trial.Step == report.Step);
        if (number < 0)
        {
            return;
        }

        if (report.Status.HasEnded)
        {
            End(number, report.Status, report.Record);
        }
        else
        {
            Watch(number, report.Status);
        }
    }

    /// <summary>Plans the next look for lost trials if none is planned and a trial is under way. Returns when it is to be, UTC.</summary>
    /// <param name="pause">From now until then.</param>
    public DateTime? PlanLook(TimeSpan pause)
    {
        if (state.Look is null && trials.Exists(trial => trial.Step is not null))
        {
            state = state with { Look = new LostTrialLook(context.CurrentUtcDateTime + pause, state.Steps) };
        }

        return state.Look?.At;
    }

    /// <summary>
    /// Takes the planned look off the plan, and tells trials once more what they should have heard. Returns the trials that it is about: those that have not told their
    /// end since it was planned.
    /// </summary>
    public IReadOnlyList<TrialUnderWay> TakeLook()
    {
        int steps = state.Look?.Steps ?? 0;
        state = state with { Look = null };
        RepeatWishes();
        return [.. trials.Where(trial => trial.Step <= steps).Select(trial => new TrialUnderWay(trial.Step!.Value, trial.Status.Id))];
    }

    /// <summary>Starts no more trials and ends those under way: somebody wishes so.</summary>
    public void Cancel(string reason)
    {
        state = state with { Cancelled = true };
        Stop(reason);
    }

    /// <summary>Starts no more trials and ends those under way: what there is will do.</summary>
    public void Finish(string reason)
    {
        if (!HasEnded)
        {
            state = state with { Finished = reason };
            EndAll(reason);
        }
    }

    /// <summary>Does what a person has decided, as far as it can be done. Returns the decision as it is to be recorded.</summary>
    public SweepDecision Decide(SweepDecision decision)
    {
        string? refused = HasEnded ? "the sweep ends already" : decision.Check(sweep) is [{ } error, ..] ? $"{error.Path} {error.Reason}" : Refusal(decision);
        decision = decision with { At = context.CurrentUtcDateTime, Refused = refused };
        state = state with { Decided = state.Decided.With(decision) };
        sweep = state.Decided.Steer(input.Sweep);
        scheduler = sweep.CreateScheduler();
        if (decision is { Action: SweepAction.Stop, Refused: null, Trial: null })
        {
            Finish(decision.StopReason);
        }
        else if (decision is { Action: SweepAction.Stop, Refused: null, Trial: { } trial } && RunIds.TrialIndex(trial) is var number && number < trials.Count)
        {
            StopTrial(number, decision.StopReason);
        }

        return decision;
    }

    /// <summary>All trials, those that never began among them.</summary>
    public KeepTrialsInput AllTrials()
    {
        string reason = state.Stopped ?? state.Finished ?? "";
        return new KeepTrialsInput(
            input.RunId,
            sweep,
            [
                .. trials,
                .. Enumerable.Range(trials.Count, sweep.Trials - trials.Count).Select(number => new SweptTrial(TrialStatus.Cancelled(RunIds.TrialId(number), reason), sweep.Budget)),
            ]);
    }

    /// <summary>How the sweep has ended.</summary>
    public SweepResult Result() => SweepResult.Of(AllTrials().Trials, sweep, state);

    private TrialStep? Next() => scheduler.Next(curves);

    private string? Refusal(SweepDecision decision) => decision switch
    {
        { Action: SweepAction.Stop, Trial: { } trial } when RunIds.TrialIndex(trial) is var number && number >= sweep.Trials => "there is no such trial",
        { Action: SweepAction.Stop, Trial: { } trial } when HasNoMoreToTrain(RunIds.TrialIndex(trial)) => "the trial has ended, or ends already",
        _ => state.Decided.Refusal(decision, sweep),
    };

    private bool HasNoMoreToTrain(int number) => number < trials.Count && (trials[number] is { Stopping: true }
        || (trials[number] is { Step: null } ended && (sweep.Scheduler is null || ended.Budget >= sweep.Budget || curves[number].Phase == TrialPhase.Ended)));

    /// <summary>Ends a trial that is under way, and lets one that rests never go on.</summary>
    private void StopTrial(int number, string reason)
    {
        Set(number, trials[number] with { Stopping = true });
        if (trials[number].Step is not null)
        {
            context.SendEvent(RunIds.Trial(input.RunId, trials[number].Status.Id), RunEvents.Stop, reason);
        }
    }

    private async Task BeginAsync(TrialStep step)
    {
        string id = RunIds.TrialId(step.Trial);
        EarlierTrial? left = earlier.Find(id);
        // What follows from the trial's number need not be carried along.
        IReadOnlyDictionary<string, JsonElement>? own = left?.Parameters ?? TakeGiven(step.Trial);
        IReadOnlyDictionary<string, JsonElement> parameters = own ?? Sample(step.Trial);
        var trial = new SweptTrial(TrialStatus.NotBegun(id) with { Parameters = own is not null || sweep.Sampler.Learns ? parameters : null }, step.Budget);
        if (left?.Status is { } before)
        {
            state = state with { Ends = state.Ends + 1 };
            Add(trial.TakenOver(before, left, state.Ends, sweep.Scheduler is not null));
            Count();
            return;
        }

        if (state.Decided.StopOf(id) is { } decision)
        {
            state = state with { Ends = state.Ends + 1 };
            Add(trial with { Status = trial.Status with { State = TrialState.Stopped, Error = decision.StopReason }, End = state.Ends, Stopping = true });
            return;
        }

        Add(trial);
        TrialInput work = Work(step, parameters);
        await StartAsync(work, left is null ? null : new TrialRecord(left.Attempts + 1, work.WantsDedicated(0)) { Restarts = left.Restarts });
    }

    private IReadOnlyDictionary<string, JsonElement> Sample(int trial) => !sweep.Sampler.Learns
        ? sampler.Sample(trial, [])
        : SamplerMemory.Get(new Choice(context.InstanceId, state.StartedAt, trial, state.Ends, state.Steps), () => sampler.Sample(trial, Seen()));

    private void Add(SweptTrial trial)
    {
        trials.Add(trial);
        curves.Add(trial.Curve(trials.Count - 1));
    }

    private void Set(int number, SweptTrial trial)
    {
        trials[number] = trial;
        curves[number] = trial.Curve(number);
    }

    /// <summary>Values that a person has given and that no trial has taken. A grid's own trials take its points, each one.</summary>
    private IReadOnlyDictionary<string, JsonElement>? TakeGiven(int trial)
    {
        if (state.Decided.Given is not [{ } given, ..] || (sweep.Sampler.Type == SamplerKind.Grid && trial < input.Sweep.Trials))
        {
            return null;
        }

        state = state with { Decided = state.Decided with { Given = [.. state.Decided.Given.Skip(1)] } };
        return new RandomSampler(new SearchSpace(sweep.Parameters), sweep.Seed).Complete(trial, given);
    }

    private async Task GoOnAsync(TrialStep step)
    {
        SweptTrial trial = trials[step.Trial];
        IReadOnlyDictionary<string, JsonElement> parameters = trial.Parameters ?? sampler.Sample(step.Trial, []);
        InheritedCheckpoint? inherits = null;
        if (step.From is { } from)
        {
            var ancestor = new TrialAncestor(RunIds.TrialId(from), trial.Budget) { Replaced = parameters };
            inherits = new InheritedCheckpoint(ancestor.Trial, ancestor.Epoch);
            parameters = explorer.Explore(trials[from].ParametersAt(trial.Budget) ?? sampler.Sample(from, []), step.Trial, trial.Budget);
            Set(step.Trial, trial with { Status = trial.Status with { Parameters = parameters, Lineage = [.. trial.Status.Lineage ?? [], ancestor] } });
        }

        await StartAsync(Work(step, parameters) with { Inherits = inherits }, trial.Record is { } record ? record.Next(record.Dedicated, error: null) : null);
    }

    private TrialInput Work(TrialStep step, IReadOnlyDictionary<string, JsonElement> parameters) => new(
        input.RunId, RunIds.TrialId(step.Trial), input.Dataset, input.DatasetVersion, parameters, RandomSampler.SeedOf(sweep.Seed, step.Trial), sweep, state.Preparation.HasDedicatedPool)
    {
        Budget = sweep.Scheduler is null ? null : step.Budget,
        ShowsParameters = trials[step.Trial].Parameters is not null,
        Lineage = trials[step.Trial].Status.Lineage is { } lineage ? [.. lineage.Select(ancestor => ancestor with { Replaced = null })] : null,
    };

    private async Task StartAsync(TrialInput work, TrialRecord? record)
    {
        int number = RunIds.TrialIndex(work.TrialId);
        int step = state.Steps + 1;
        state = state with { Steps = step };
        Set(number, trials[number] with { Step = step, Budget = work.Budget ?? sweep.Budget, Record = record });
        TrialInput told = work with { Record = record, Audience = new TrialAudience(context.InstanceId, step, sweep.Scheduler is { Watches: true }) };
        await context.CallSubOrchestratorAsync(nameof(TrialOrchestrator), told, FireAndForget.Start(RunIds.Trial(input.RunId, work.TrialId)));
    }

    private void End(int number, TrialStatus status, TrialRecord record)
    {
        SweptTrial trial = trials[number];
        if (status.State is TrialState.Cancelled or TrialState.Stopped && trial.Status.State == TrialState.Completed)
        {
            trial = trial with { Status = trial.AtItsBudget };
            status = trial.Status with { Attempts = status.Attempts, Preemptions = status.Preemptions, OnNodes = status.OnNodes };
        }

        state = state with { Ends = state.Ends + 1 };
        Set(number, trial with
        {
            Status = status with { Parameters = status.Parameters ?? trial.Parameters, Lineage = trial.Status.Lineage },
            Step = null,
            End = state.Ends,
            Points = status is { State: TrialState.Completed, Objective: { } objective } ? Points([.. trial.Points, new CurvePoint(status.Budget ?? trial.Budget, objective)]) : trial.Points,
            Record = sweep.Scheduler is null ? null : record,
        });
        Count();
    }

    /// <summary>Notes how a trial under way is doing, and ends it where the scheduler says that it is not worth going on with.</summary>
    private void Watch(int number, TrialStatus status)
    {
        SweptTrial trial = trials[number];
        if (status is not { Epoch: { } epoch, Objective: { } objective })
        {
            return;
        }

        Set(number, trial with { Points = Points([.. trial.Points, new CurvePoint(Math.Floor(epoch), objective)]) });
        if (!trial.Stopping && !HasEnded && scheduler.ShouldStop(curves[number], curves))
        {
            StopTrial(number, FormattableString.Invariant($"sweep.scheduler: after epoch {Math.Floor(epoch)} it is worse than the median of the trials that have completed"));
        }
    }

    /// <summary>Looks whether the sweep has done enough, or has failed too often, once a trial has ended.</summary>
    private void Count()
    {
        int failures = trials.Count(trial => trial is { End: > 0, Status.State: TrialState.Failed });
        if (failures > sweep.MaxFailedTrials && state.Stopped is null)
        {
            TrialStatus[] failed = [.. trials.Where(trial => trial is { End: > 0, Status.State: TrialState.Failed }).OrderBy(trial => trial.End).Select(trial => trial.Status)];
            Stop(FormattableString.Invariant($"{TrialFailures.Describe(failed, sweep.Trials)}; sweep.maxFailedTrials allows {sweep.MaxFailedTrials}"));
        }
        else if (sweep.Stop?.Reached([.. trials.Where(trial => trial.End > 0).OrderBy(trial => trial.End).Select(trial => trial.Status)], sweep) is { } rule)
        {
            Finish(rule);
        }
    }

    private void Stop(string reason)
    {
        state = state with { Stopped = state.Stopped ?? reason };
        EndAll(reason);
    }

    /// <summary>
    /// Tells trials once more what they should have heard: an event that is sent together with a trial's start can overtake it, and then nobody takes it.
    /// </summary>
    private void RepeatWishes()
    {
        if ((state.Stopped ?? state.Finished) is { } reason)
        {
            EndAll(reason);
        }
        else
        {
            foreach (SweptTrial trial in trials.Where(trial => trial is { Stopping: true, Step: not null }))
            {
                context.SendEvent(RunIds.Trial(input.RunId, trial.Status.Id), RunEvents.Stop, state.Decided.StopOf(trial.Status.Id)?.StopReason ?? "the sweep's scheduler has given it up");
            }
        }
    }

    private void EndAll(string reason)
    {
        foreach (SweptTrial trial in trials.Where(trial => trial.Step is not null))
        {
            context.SendEvent(RunIds.Trial(input.RunId, trial.Status.Id), RunEvents.Cancel, reason);
        }
    }

    /// <summary>What earlier runs had seen, the trials with their results in the order in which they ended, then those that have none.</summary>
    private SeenTrial[] Seen() =>
    [
        .. state.Preparation.Observations,
        .. trials.OrderBy(trial => trial.End == 0 ? int.MaxValue : trial.End)
            .Select(trial => new SeenTrial(trial.Parameters!, trial.Status.State is TrialState.Completed or TrialState.Stopped ? trial.Status.Objective : null) { Second = trial.Status.Second }),
    ];

    private IReadOnlyList<CurvePoint> Points(CurvePoint[] points) => sweep.Scheduler is null ? [] : points;
}
