using Microsoft.DurableTask.History;
using Microsoft.DurableTask.Sqlite;

namespace Microsoft.DurableTask.Engine;

/// <summary>The outcome of an entity's turn: its state, its lock, and all that goes out, stored as one.</summary>
sealed class EntityCommit(TaskHub hub, Instance instance) : Commit
{
    readonly InstanceRow row = instance.Row!;

    /// <summary>The places of the messages that the turn has dealt with.</summary>
    public List<long> Processed { get; } = [];

    public Outbox Outbox { get; } = new(hub);

    /// <summary>Large payloads of the state.</summary>
    public List<(long Reference, string Text)> Payloads { get; } = [];

    /// <summary>The row of the former state's payload, if it was large.</summary>
    public long FormerPayload { get; set; }

    public bool StateChanged { get; set; }

    /// <summary>Whether there is more to do at once.</summary>
    public bool GoesOn { get; set; }

    public override void Apply(StoreWriter writer)
    {
        if (instance.Dropped)
        {
            return;
        }

        foreach (long sequence in Processed)
        {
            writer.DeleteMessage(row.Number, sequence);
        }

        if (StateChanged)
        {
            if (FormerPayload != 0)
            {
                writer.DeletePayload(FormerPayload);
            }

            writer.AddPayloads(row.Number, Payloads);
            writer.UpdateInput(row);
        }

        writer.Update(row);
        Outbox.Apply(writer);
    }

    public override void Committed()
    {
        if (instance.Dropped)
        {
            return;
        }

        Outbox.Committed();
        if (GoesOn)
        {
            hub.WakeAgain(instance);
        }

        hub.Finish(instance);
    }

    public override void Failed(Exception exception)
    {
        // The hub starts over from the file, where the turn has not happened.
    }
}
