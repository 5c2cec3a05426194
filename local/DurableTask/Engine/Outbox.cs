using Microsoft.DurableTask.Entities;
using Microsoft.DurableTask.History;
using Microsoft.DurableTask.Sqlite;

namespace Microsoft.DurableTask.Engine;

/// <summary>What goes out from a turn: stored with it, handed over once it is stored.</summary>
sealed class Outbox(TaskHub hub)
{
    readonly List<(string Target, StoredMessage Message)> messages = [];
    readonly List<(InstanceRow Row, Func<string, (long Target, StoredMessage Message)?>? Refuse)> starts = [];
    readonly List<(long Target, Message Message)> delivered = [];
    readonly List<InstanceRow> started = [];
    readonly List<long> replaced = [];

    /// <summary>Sends a message to another instance; an entity is created when it is missing, an orchestration that is gone gets nothing.</summary>
    public void Send(string target, HistoryRecord record) => messages.Add((target, hub.Store.Encode(record)));

    /// <summary>Starts an instance.</summary>
    /// <param name="row">The instance; its number is set when it is stored.</param>
    /// <param name="refuse">The message to send when an instance of the id is running; given its status.</param>
    public void Start(InstanceRow row, Func<string, (long Target, StoredMessage Message)?>? refuse = null) => starts.Add((row, refuse));

    /// <summary>Stores a message for an instance whose number is known.</summary>
    public void Store(StoreWriter writer, long target, StoredMessage message, int generation = -1) =>
        delivered.Add((target, new Message(message.Record, writer.AddMessage(target, message), generation)));

    public void Apply(StoreWriter writer)
    {
        foreach ((InstanceRow row, Func<string, (long Target, StoredMessage Message)?>? refuse) in starts)
        {
            Apply(writer, row, refuse);
        }

        foreach ((string target, StoredMessage message) in messages)
        {
            if (writer.Find(target) is { } found)
            {
                if (!InstanceRow.IsTerminalStatus(found.Status))
                {
                    Store(writer, found.Number, message);
                }
            }
            else if (EntityInstanceId.IsEntity(target))
            {
                Store(writer, TaskHub.CreateEntity(writer, target, message.Record.Time), message);
            }
        }
    }

    public void Committed()
    {
        replaced.ForEach(hub.DropIfResident);
        started.ForEach(hub.Begin);
        foreach ((long target, Message message) in delivered)
        {
            hub.Deliver(target, message);
        }
    }

    void Apply(StoreWriter writer, InstanceRow row, Func<string, (long Target, StoredMessage Message)?>? refuse)
    {
        if (writer.Find(row.Id) is { } existing)
        {
            if (!InstanceRow.IsTerminalStatus(existing.Status))
            {
                if (refuse?.Invoke(existing.Status.ToString()) is { } refusal)
                {
                    Store(writer, refusal.Target, refusal.Message);
                }

                return;
            }

            writer.DeleteInstance(existing.Number);
            replaced.Add(existing.Number);
        }

        row.Number = writer.NextNumber();
        writer.AddPayloads(row.Number, hub.Store.Detach(row.Input));
        writer.Insert(row);
        started.Add(row);
    }
}
