using Microsoft.DurableTask.Diagnostics;
using Microsoft.DurableTask.History;
using Microsoft.DurableTask.Sqlite;

namespace Microsoft.DurableTask.Engine;

/// <content>Reading instances from the store, and what has come in for them.</content>
partial class TaskHub
{
    bool IsTerminating(Instance instance)
    {
        lock (gate)
        {
            return instance.Mailbox.Exists(message => message.Record.Kind == RecordKind.Terminated);
        }
    }

    /// <summary>Reads an instance from the store, and gives out its activities that no worker has.</summary>
    /// <returns><c>false</c> when it is not there any more.</returns>
    bool Load(Instance instance)
    {
        (InstanceRow? row, List<Turn> turns, List<(long Sequence, HistoryRecord Record)> messages) = Store.Read(store => store.Snapshot(reader =>
        {
            InstanceRow? found = reader.Row(instance.Number);
            return (found, found is null || found.IsTerminal ? [] : reader.Turns(instance.Number), found is null ? [] : reader.Messages(instance.Number));
        }));
        if (row is null)
        {
            return false;
        }

        instance.StartOver();
        instance.Backlog.Clear();
        instance.LastSequence = 0;
        instance.Turns = turns;
        foreach (Turn turn in turns)
        {
            instance.Apply(turn.Incoming, turn.Decisions);
        }

        long last = messages.Count == 0 ? 0 : messages[^1].Sequence;
        lock (gate)
        {
            // The store is the truth for what it holds; only what is not in it, or came since, is in memory alone.
            List<Message> fresh = [.. messages.Select(message => new Message(message.Record, message.Sequence))];
            fresh.AddRange(instance.Mailbox.Where(message => message.Sequence == 0 || message.Sequence > last));
            instance.Mailbox = fresh;
            instance.Row = row;
            foreach (HistoryRecord call in turns.SelectMany(turn => turn.Decisions).Where(record =>
                record.Kind == RecordKind.TaskScheduled && instance.OpenActivities.Contains(record.Id)))
            {
                if (!fresh.Exists(message => message.Sequence == 0 && message.Record.Id == call.Id && IsActivityResult(message.Record)))
                {
                    Dispatch(new ActivityWork(row.Number, row.Generation, row.Id, call, Tracing.ParentOf(row)));
                }
            }
        }

        Pump();
        return true;
    }

    static bool IsActivityResult(HistoryRecord record) => record.Kind is RecordKind.TaskCompleted or RecordKind.TaskFailed;

    List<Message> TakeMailbox(Instance instance)
    {
        lock (gate)
        {
            List<Message> taken = instance.Mailbox;
            instance.Mailbox = [];
            return taken;
        }
    }

    /// <summary>What of the mail is new and meant for this generation, and the timers that are due.</summary>
    static List<HistoryRecord> Filter(Instance instance, List<Message> mailbox, long now)
    {
        List<HistoryRecord> incoming = new(mailbox.Count);
        HashSet<int>? results = null;
        foreach (Message message in mailbox)
        {
            HistoryRecord record = message.Record;
            if (message.Sequence != 0)
            {
                if (message.Sequence <= instance.LastSequence)
                {
                    continue;
                }

                instance.LastSequence = message.Sequence;
            }

            bool wanted = (message.Generation == -1 || message.Generation == instance.Row!.Generation) && record.Kind switch
            {
                RecordKind.TaskCompleted or RecordKind.TaskFailed => instance.OpenActivities.Contains(record.Id) && (results ??= []).Add(record.Id),
                RecordKind.SubOrchestrationCompleted or RecordKind.SubOrchestrationFailed =>
                    instance.OpenChildren.TryGetValue(record.Id, out string? child)
                    && (record.InstanceId is null || record.InstanceId == child) && (results ??= []).Add(record.Id),
                RecordKind.EntityResponded => record.Version == instance.Row!.Execution,
                RecordKind.Suspended => !instance.Suspended,
                _ => true,
            };
            if (wanted)
            {
                incoming.Add(record);
            }
        }

        if (instance.OpenTimers.Count > 0)
        {
            incoming.AddRange(instance.OpenTimers.Due(now)
                .Select(timer => new HistoryRecord(RecordKind.TimerFired, timer.Id) { Time = now, FireAt = timer.FireAt }));
        }

        return incoming;
    }
}
