using System.Diagnostics;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Diagnostics;
using Microsoft.DurableTask.Entities;
using Microsoft.DurableTask.History;
using Microsoft.DurableTask.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Microsoft.DurableTask.Engine;

/// <content>Orchestrator turns.</content>
partial class TaskHub
{
    /// <summary>
    /// Turns after which an orchestrator's code stays in memory. The first ones are replayed: that costs little while a history is short,
    /// and shows an orchestrator that is not deterministic at its first run instead of after a crash.
    /// </summary>
    const int ReplayedTurns = 2;

    /// <summary>Records in a history that is too long to be replayed for that purpose.</summary>
    const int LongestReplay = 64;

    static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    void RunTurn(Instance instance, WorkerConnection worker)
    {
        Commit? commit = null;
        try
        {
            if (instance.Dropped || (instance.Row is null && !Load(instance)))
            {
                TakeMailbox(instance);
            }
            else if (EntityInstanceId.IsEntity(instance.Row!.Id))
            {
                _ = RunEntityTurnAsync(
                    instance, worker, SettingsFor(worker, candidate => candidate.Settings.EnableEntities && HasEntity(candidate, instance.Row.Name)));
                return;
            }
            else
            {
                commit = PrepareTurn(instance, SettingsFor(worker, candidate => HasOrchestrator(candidate, instance.Row.Name)));
            }
        }
#pragma warning disable CA1031 // not the orchestrator's failure, which is a result, but the engine's: tried again
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (stopped.IsCancellationRequested)
            {
                return;
            }

            logger.LogError(exception, "A turn of instance number {Number} could not be run and is tried again.", instance.Number);
            instance.EndSession();
            instance.Row = null;
            ExitTurn(worker);
            _ = FinishLaterAsync(instance);
            return;
        }

        ExitTurn(worker);
        if (commit is not null)
        {
            commits.Add(commit);
        }
        else
        {
            Finish(instance);
        }
    }

    /// <summary>Gives an instance another turn after a while.</summary>
    async Task FinishLaterAsync(Instance instance)
    {
        await Task.Delay(RetryDelay, time, stopped).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        WakeAgain(instance);
        Finish(instance);
        Wake(instance.Number);
    }

    Commit? PrepareTurn(Instance instance, WorkerSettings settings)
    {
        InstanceRow row = instance.Row!;
        long now = Now;
        if (row.Turn == 0 && row.StartAt > now && !IsTerminating(instance))
        {
            timers.Add(row.Number, row.StartAt);
            return null;
        }

        if (!row.IsTerminal && !IsWelcome(instance, settings))
        {
            return null;
        }

        List<Message> mailbox = TakeMailbox(instance);
        long upTo = mailbox.Count == 0 ? 0 : mailbox.Max(message => message.Sequence);
        List<HistoryRecord> incoming = Filter(instance, mailbox, now);
        if (row.IsTerminal)
        {
            return upTo > 0 ? new DiscardCommit(this, instance, upTo) : null;
        }

        if (incoming.Count == 0 && row.Turn > 0 && !instance.ForeignAwait)
        {
            return upTo > 0 ? new DiscardCommit(this, instance, upTo) : null;
        }

        return Run(instance, settings, incoming, now, upTo);
    }

    TurnCommit Run(Instance instance, WorkerSettings settings, List<HistoryRecord> incoming, long now, long upTo)
    {
        long started = Stopwatch.GetTimestamp();
        InstanceRow row = instance.Row!;
        foreach (HistoryRecord record in incoming)
        {
            if (record.Kind == RecordKind.TimerFired && instance.OpenTimers.TryGetCreated(record.Id, out long created))
            {
                Tracing.Timer(row, record, created);
            }
        }

        TurnCommit commit = new(this, instance, upTo) { IsFirst = row.Turn == 0 };
        HistoryRecord? termination = incoming.Find(record => record.Kind == RecordKind.Terminated);
        List<HistoryRecord> decisions = [];
        if (termination is not null)
        {
            Terminate(instance, commit, termination);
        }
        else if (row.Turn == 0 && VersionMismatch(row, settings) is { } mismatch)
        {
            commit.End(OrchestrationRuntimeStatus.Failed, null, mismatch, now);
        }
        else
        {
            try
            {
                decisions = Advance(instance, settings, incoming, now, commit);
            }
            catch (NonDeterminismException exception)
            {
                Logs.OrchestrationFailed(settings, exception, row.Id, row.Name);
                instance.EndSession();
                commit.End(OrchestrationRuntimeStatus.Failed, null, TaskFailureDetails.FromException(exception), now);
            }
        }

        instance.Apply(incoming, decisions);
        if (instance.Session is { } session)
        {
            foreach (int cancelled in session.TakeCancelledTimers())
            {
                instance.OpenTimers.Remove(cancelled);
            }
        }

        commit.Finish(incoming, decisions, now);
        Meters.TurnTime.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);
        return commit;
    }

    List<HistoryRecord> Advance(Instance instance, WorkerSettings settings, List<HistoryRecord> incoming, long now, TurnCommit commit)
    {
        InstanceRow row = instance.Row!;
        if (instance.Session is { } kept && kept.Settings != settings)
        {
            instance.EndSession();
            instance.Turns ??= Store.Read(reader => reader.Turns(row.Number));
        }

        if (instance.Session is null)
        {
            if (instance.Turns is null)
            {
                instance.Turns = Store.Read(reader => reader.Turns(row.Number));
            }

            IServiceScope scope = settings.Scopes.CreateScope();
            if (!TryCreate(settings, row, scope.ServiceProvider, out ITaskOrchestrator? orchestrator, out Exception? failure))
            {
                scope.Dispose();
                commit.End(
                    OrchestrationRuntimeStatus.Failed,
                    null,
                    failure is null
                        ? new TaskFailureDetails("OrchestratorTaskNotFound", $"No orchestrator task named '{row.Name}' was found.", null, null, null)
                        : TaskFailureDetails.FromException(failure, settings.ExceptionProperties),
                    now,
                    nonRetriable: failure is null);
                return [];
            }

            instance.ForeignAwait = false;
            instance.Session = new OrchestratorSession(row, Store, orchestrator!, scope, settings, ForeignAwaitSeen);
            Replay(instance, incoming, commit);

            if (row.Turn == 0)
            {
                Logs.OrchestrationStarted(settings, row.Id, row.Name);
            }
        }

        OrchestratorSession session = instance.Session;
        List<HistoryRecord> decisions = session.Run(now, incoming);
        Logs.Decided(settings, row.Id, row.Name, decisions);
        Conclude(instance, settings, session, now, commit);
        return decisions;
    }

    /// <summary>
    /// Runs the stored turns again. After a rewind the history lacks failures that the orchestrator reacted to: where it departs from the
    /// history for that reason, the rest of the history is void, except for results that are still waited for.
    /// </summary>
    static void Replay(Instance instance, List<HistoryRecord> incoming, TurnCommit commit)
    {
        OrchestratorSession session = instance.Session!;
        List<Turn> turns = instance.Turns!;
        bool rewound = incoming.Exists(record => record.Kind == RecordKind.Rewound);
        for (int i = 0; i < turns.Count; i++)
        {
            if (!rewound)
            {
                session.Replay(turns[i], i + 1);
                continue;
            }

            List<HistoryRecord> decisions = session.ReplayLeniently(turns[i]);
            if (ReplayCheck.AreSame(turns[i].Decisions, decisions))
            {
                continue;
            }

            List<HistoryRecord> results = [.. turns.Skip(i + 1).SelectMany(turn => turn.Incoming).Where(record => session.WaitsFor(record))];
            turns[i] = turns[i] with { Decisions = decisions };
            turns.RemoveRange(i + 1, turns.Count - i - 1);
            incoming.InsertRange(0, results);
            instance.Row!.Turn = turns.Count;
            instance.StartOver(turns);
            commit.ReplaceTurns(turns);
            return;
        }
    }

    static void Conclude(Instance instance, WorkerSettings settings, OrchestratorSession session, long now, TurnCommit commit)
    {
        InstanceRow row = instance.Row!;
        if (session.CustomStatusSet)
        {
            row.CustomStatus = session.CustomStatus;
        }

        if (session.Failure is { } failure)
        {
            if (settings.IsStopping)
            {
                throw new OperationCanceledException("The worker stops; the turn is run again by the next one.", failure);
            }

            Logs.OrchestrationFailed(settings, failure, row.Id, row.Name);
            commit.End(OrchestrationRuntimeStatus.Failed, null, TaskFailureDetails.FromException(failure, settings.ExceptionProperties), now);
        }
        else if (session.IsCompleted && session.ContinueAsNew is { } next)
        {
            commit.StartOver(next, settings.Converter.Serialize(next.NewInput), [.. next.PreserveUnprocessedEvents ? session.UnreceivedEvents() : []]);
        }
        else if (session.IsCompleted)
        {
            string? output;
            try
            {
                output = session.Output;
            }
#pragma warning disable CA1031 // an output that cannot be written down is the orchestrator's failure
            catch (Exception exception)
#pragma warning restore CA1031
            {
                commit.End(OrchestrationRuntimeStatus.Failed, null, TaskFailureDetails.FromException(exception, settings.ExceptionProperties), now);
                return;
            }

            Logs.OrchestrationCompleted(settings, row.Id, row.Name);
            commit.End(OrchestrationRuntimeStatus.Completed, Payload.Of(output), null, now);
        }
    }

    static void Terminate(Instance instance, TurnCommit commit, HistoryRecord termination)
    {
        if (termination.Has(RecordFlags.Recursive))
        {
            foreach (string child in instance.OpenChildren.Values)
            {
                commit.Send(child, new HistoryRecord(RecordKind.Terminated)
                {
                    Time = termination.Time,
                    Flags = RecordFlags.Recursive,
                    Payload = termination.Payload?.Copy(commit.Payloads),
                });
            }
        }

        commit.End(OrchestrationRuntimeStatus.Terminated, termination.Payload, null, termination.Time);
    }

    void ForeignAwaitSeen(InstanceRow row)
    {
        lock (gate)
        {
            if (!resident.TryGetValue(row.Number, out Instance? instance))
            {
                return;
            }

            instance.ForeignAwait = true;
        }

        Wake(row.Number);
    }

    static bool TryCreate(
        WorkerSettings settings, InstanceRow row, IServiceProvider services, out ITaskOrchestrator? orchestrator, out Exception? failure)
    {
        failure = null;
        try
        {
            return settings.Factory is Worker.DurableTaskFactory factory
                ? factory.TryCreateOrchestrator(row.Name, new TaskVersion(row.Version), services, out orchestrator)
                : settings.Factory.TryCreateOrchestrator(row.Name, services, out orchestrator);
        }
#pragma warning disable CA1031 // a constructor that throws fails its orchestration
        catch (Exception exception) when (!settings.IsStopping)
#pragma warning restore CA1031
        {
            failure = exception;
            orchestrator = null;
            return false;
        }
    }
}
