using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.History;
using Microsoft.DurableTask.Sqlite;

namespace Microsoft.DurableTask.Engine;

/// <summary>The outcome of an orchestrator's turn: its history, its status, and all that goes out, stored as one.</summary>
sealed class TurnCommit(TaskHub hub, Instance instance, long upTo) : Commit
{
    readonly InstanceRow row = instance.Row!;
    readonly Outbox outbox = new(hub);
    readonly List<ActivityWork> activities = [];
    readonly List<(long Reference, string Text)> payloads = [];
    List<Turn>? replacement;
    byte[] data = [];
    StoredMessage? reply;
    List<StoredMessage>? carried;
    bool gone;
    bool ended;
    bool continuedAsNew;

    /// <summary>Reads payloads that are stored apart.</summary>
    public IPayloadReader Payloads => hub.Store;

    /// <summary>Whether this is the instance's first turn.</summary>
    public bool IsFirst { get; init; }

    /// <summary>Ends the orchestration.</summary>
    public void End(OrchestrationRuntimeStatus status, Payload? output, TaskFailureDetails? failure, long now, bool nonRetriable = false)
    {
        ended = true;
        row.Status = status;
        row.Completed = now;
        row.Output = output;
        row.Failure = failure;
        if (row.Parent is { } parent)
        {
            bool completed = status == OrchestrationRuntimeStatus.Completed;
            reply = hub.Store.Encode(new HistoryRecord(
                completed ? RecordKind.SubOrchestrationCompleted : RecordKind.SubOrchestrationFailed, parent.TaskId)
            {
                Time = now,
                InstanceId = row.Id,
                Payload = completed ? output?.Copy(hub.Store) : null,
                Failure = completed ? null : failure ?? new TaskFailureDetails(
                    "OrchestrationTerminated", $"The sub-orchestration '{row.Name}' with instance ID '{row.Id}' was terminated.", null, null, null),
                Flags = nonRetriable ? RecordFlags.NonRetriable : RecordFlags.None,
            });
        }
    }

    /// <summary>Starts the orchestration over.</summary>
    public void StartOver(ContinueAsNewOptions options, string? input, List<HistoryRecord> events)
    {
        continuedAsNew = true;
        row.Version = options.NewVersion ?? row.Version;
        row.Input = Payload.Of(input);
        carried = [.. events.Select(record => hub.Store.Encode(new HistoryRecord(RecordKind.EventRaised)
        {
            Time = record.Time,
            Name = record.Name,
            Payload = record.Payload?.Copy(hub.Store),
        }))];
    }

    /// <summary>Stores another history in place of the present one.</summary>
    public void ReplaceTurns(List<Turn> turns) => replacement = [.. turns];

    /// <summary>Sends a message to another instance.</summary>
    public void Send(string target, HistoryRecord record) => outbox.Send(target, record);

    /// <summary>Turns what was decided into what is stored and sent.</summary>
    public void Finish(List<HistoryRecord> incoming, List<HistoryRecord> decisions, long now)
    {
        row.Updated = now;
        foreach (HistoryRecord decision in decisions)
        {
            Distribute(decision, now);
        }

        if (ended || continuedAsNew)
        {
            ReleaseLocks(now);
        }

        if (continuedAsNew)
        {
            row.Generation++;
            row.Turn = 0;
            row.Execution = Guid.NewGuid().ToString("N");
            row.Status = OrchestrationRuntimeStatus.Running;
            row.Wake = 0;
            payloads.AddRange(hub.Store.Detach(row.Input));
            instance.StartOver();
            return;
        }

        if (ended)
        {
            decisions.Add(new HistoryRecord(RecordKind.Completed) { Time = now });
        }
        else
        {
            row.Status = instance.Suspended ? OrchestrationRuntimeStatus.Suspended : OrchestrationRuntimeStatus.Running;
        }

        Turn turn = new(now, incoming, decisions);
        (data, List<(long, string)> large) = hub.Store.Encode(turn);
        payloads.AddRange(large);
        payloads.AddRange(hub.Store.Detach(row.Output));
        row.Turn++;
        row.Wake = ended ? null
            : instance.OpenActivities.Count > 0 ? 0
            : instance.OpenTimers.Count > 0 ? instance.OpenTimers.Earliest
            : null;
        hub.Keep(instance, turn, ended);
    }

    public override void Apply(StoreWriter writer)
    {
        if (instance.Dropped)
        {
            // Purged, replaced or forgotten meanwhile: what the turn started from is no longer so.
            return;
        }

        // First, because it tells whether the instance is still there: a change in the same group may have replaced it.
        gone = !writer.Update(row);
        if (gone)
        {
            return;
        }

        long n = row.Number;
        if (upTo > 0)
        {
            writer.DeleteMessages(n, upTo);
        }

        if (continuedAsNew)
        {
            writer.StartOver(row);
            foreach (StoredMessage message in carried!)
            {
                outbox.Store(writer, n, message);
            }
        }
        else
        {
            if (replacement is not null)
            {
                writer.ReplaceTurns(n, replacement, hub.Store);
            }

            writer.AddTurn(n, row.Turn, data);
        }

        writer.AddPayloads(n, payloads);
        if (ended)
        {
            writer.UpdateOutput(row);
        }

        outbox.Apply(writer);
        if (reply is not null && row.Parent is { } parent && writer.Find(parent.InstanceId) is { } caller
            && caller.Number == parent.Number && caller.Generation == parent.Generation && !InstanceRow.IsTerminalStatus(caller.Status))
        {
            outbox.Store(writer, caller.Number, reply, parent.Generation);
        }
    }

    public override void Committed()
    {
        if (instance.Dropped || gone)
        {
            return;
        }

        hub.DispatchAll(activities);
        outbox.Committed();
        hub.SetWake(instance);
        if (ended)
        {
            Diagnostics.Tracing.Orchestration(row);
        }

        if (IsFirst || ended)
        {
            hub.Signal(row);
        }

        if (continuedAsNew)
        {
            hub.WakeAgain(instance);
        }

        hub.Finish(instance);
    }

    public override void Failed(Exception exception)
    {
        // The hub starts over from the file, where the turn has not happened.
    }

    void Distribute(HistoryRecord decision, long now)
    {
        switch (decision.Kind)
        {
            case RecordKind.TaskScheduled:
                if (!ended && !continuedAsNew)
                {
                    activities.Add(new ActivityWork(row.Number, row.Generation, row.Id, decision, Diagnostics.Tracing.ParentOf(row)));
                }

                break;
            case RecordKind.SubOrchestrationCreated:
                outbox.Start(Child(decision, now), status => Refusal(decision, status, now));
                break;
            case RecordKind.EventSent:
                Send(decision.InstanceId!, new HistoryRecord(RecordKind.EventRaised)
                {
                    Time = now,
                    Name = decision.Name,
                    Payload = decision.Payload?.Copy(hub.Store),
                });
                break;
            case RecordKind.EntityRequested or RecordKind.EntityUnlocked:
                Send(decision.InstanceId!, new HistoryRecord(decision.Kind, decision.Id)
                {
                    Time = now,
                    Name = decision.Name,
                    InstanceId = row.Id,
                    Version = row.Execution,
                    Payload = decision.Payload?.Copy(hub.Store),
                    Flags = decision.Flags,
                    FireAt = decision.FireAt,
                });
                break;
            default:
                break;
        }
    }

    /// <summary>An orchestration that ends takes its locks with it, and those that it waits for.</summary>
    void ReleaseLocks(long now)
    {
        foreach (string entity in instance.OpenLocks)
        {
            Send(entity, new HistoryRecord(RecordKind.EntityUnlocked) { Time = now, InstanceId = row.Id, Version = row.Execution });
        }

        instance.OpenLocks.Clear();
    }

    InstanceRow Child(HistoryRecord decision, long now) => new()
    {
        Id = decision.InstanceId!,
        Execution = Guid.NewGuid().ToString("N"),
        Name = decision.Name!,
        Version = decision.Version!,
        Created = now,
        Updated = now,
        Wake = 0,
        Parent = new ParentLink(row.Number, row.Generation, decision.Id, row.Id, row.Name, row.Version, row.Execution),
        Input = decision.Payload?.Copy(hub.Store),
        Tags = decision.Tags,
        Trace = Diagnostics.Tracing.ParentOf(row),
    };

    (long Target, StoredMessage Message)? Refusal(HistoryRecord decision, string status, long now) => (row.Number, hub.Store.Encode(
        new HistoryRecord(RecordKind.SubOrchestrationFailed, decision.Id)
        {
            Time = now,
            InstanceId = decision.InstanceId,
            Failure = new TaskFailureDetails(
                "DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException",
                $"An Orchestration instance with the ID '{decision.InstanceId}' and the status {status} already exists.",
                null,
                null,
                null),
        }));
}
