using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.History;
using Microsoft.DurableTask.Sqlite;

namespace Microsoft.DurableTask.Engine;

/// <summary>The outcome of an orchestrator's turn: its history, its status, and all that goes out, stored as one.</summary>
sealed class TurnCommit(TaskHub hub, Instance instance, long upTo) : Commit
{
    readonly InstanceRow row = instance.Row!;
    readonly List<(string Target, StoredMessage Message)> sent = [];
    readonly List<(long Target, Message Message)> delivered = [];
    readonly List<(HistoryRecord Decision, InstanceRow Row)> children = [];
    readonly List<InstanceRow> started = [];
    readonly List<long> replaced = [];
    readonly List<ActivityWork> activities = [];
    readonly List<(long Reference, string Text)> payloads = [];
    byte[] data = [];
    StoredMessage? reply;
    List<StoredMessage>? carried;
    bool ended;
    bool continuedAsNew;

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
                Payload = completed && output is not null ? Payload.Of(output.Read(hub.Store)) : null,
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
            Payload = record.Payload is null ? null : Payload.Of(record.Payload.Read(hub.Store)),
        }))];
    }

    /// <summary>Sends a message to another instance.</summary>
    public void Send(string target, HistoryRecord record) => sent.Add((target, hub.Store.Encode(record)));

    /// <summary>Turns what was decided into what is stored and sent.</summary>
    public void Finish(List<HistoryRecord> incoming, List<HistoryRecord> decisions, long now)
    {
        row.Updated = now;
        foreach (HistoryRecord decision in decisions)
        {
            Distribute(decision, now);
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
            decisions.Add(new HistoryRecord(RecordKind.Completed, -1) { Time = now });
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
            : instance.OpenTimers.Count > 0 ? instance.OpenTimers.Values.Min()
            : null;
        hub.Keep(instance, turn, ended);
    }

    public override void Apply(StoreWriter writer)
    {
        if (instance.Dropped && instance.Row != row)
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
            writer.DeleteTurns(n);
            writer.UpdateInput(row);
            foreach (StoredMessage message in carried!)
            {
                delivered.Add((n, new Message(message.Record, writer.AddMessage(n, message))));
            }
        }
        else
        {
            writer.AddTurn(n, row.Turn, data);
        }

        writer.AddPayloads(n, payloads);
        writer.Update(row);
        if (ended)
        {
            writer.UpdateOutput(row);
        }

        foreach ((HistoryRecord decision, InstanceRow child) in children)
        {
            Start(writer, decision, child);
        }

        foreach ((string target, StoredMessage message) in sent)
        {
            if (writer.Find(target) is { } found && !InstanceRow.IsTerminalStatus(found.Status))
            {
                delivered.Add((found.Number, new Message(message.Record, writer.AddMessage(found.Number, message))));
            }
        }

        if (reply is not null && row.Parent is { } parent && writer.Find(parent.InstanceId) is { } caller
            && caller.Number == parent.Number && caller.Generation == parent.Generation)
        {
            delivered.Add((caller.Number, new Message(reply.Record, writer.AddMessage(caller.Number, reply), parent.Generation)));
        }
    }

    public override void Committed()
    {
        replaced.ForEach(hub.DropIfResident);
        hub.DispatchAll(activities);
        started.ForEach(hub.Begin);
        foreach ((long target, Message message) in delivered)
        {
            hub.Deliver(target, message);
        }

        hub.SetWake(instance);
        if (IsFirst || ended)
        {
            hub.Signal(row);
        }

        if (continuedAsNew)
        {
            hub.Wake(row.Number);
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
                    activities.Add(new ActivityWork(row.Number, row.Generation, row.Id, decision, row.Trace));
                }

                break;
            case RecordKind.SubOrchestrationCreated:
                children.Add((decision, new InstanceRow
                {
                    Id = decision.InstanceId!,
                    Execution = Guid.NewGuid().ToString("N"),
                    Name = decision.Name!,
                    Version = decision.Version!,
                    Created = now,
                    Updated = now,
                    Wake = 0,
                    Parent = new ParentLink(row.Number, row.Generation, decision.Id, row.Id, row.Name, row.Version, row.Execution),
                    Input = decision.Payload is null ? null : Payload.Of(decision.Payload.Read(hub.Store)),
                    Tags = decision.Tags,
                    Trace = row.Trace,
                }));
                break;
            case RecordKind.EventSent:
                Send(decision.InstanceId!, new HistoryRecord(RecordKind.EventRaised)
                {
                    Time = now,
                    Name = decision.Name,
                    Payload = decision.Payload is null ? null : Payload.Of(decision.Payload.Read(hub.Store)),
                });
                break;
            default:
                break;
        }
    }

    void Start(StoreWriter writer, HistoryRecord decision, InstanceRow child)
    {
        if (writer.Find(child.Id) is { } existing)
        {
            if (!InstanceRow.IsTerminalStatus(existing.Status))
            {
                StoredMessage refusal = hub.Store.Encode(new HistoryRecord(RecordKind.SubOrchestrationFailed, decision.Id)
                {
                    Time = child.Created,
                    InstanceId = child.Id,
                    Failure = new TaskFailureDetails(
                        "DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException",
                        $"An Orchestration instance with the ID '{child.Id}' and the status {existing.Status} already exists.",
                        null,
                        null,
                        null),
                });
                delivered.Add((row.Number, new Message(refusal.Record, writer.AddMessage(row.Number, refusal), row.Generation)));
                return;
            }

            writer.DeleteInstance(existing.Number);
            replaced.Add(existing.Number);
        }

        child.Number = writer.NextNumber();
        writer.AddPayloads(child.Number, hub.Store.Detach(child.Input));
        writer.Insert(child);
        started.Add(child);
    }
}
