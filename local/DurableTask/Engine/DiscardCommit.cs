using Microsoft.DurableTask.Sqlite;

namespace Microsoft.DurableTask.Engine;

/// <summary>Deletes messages that nobody wants: for an instance that has ended, or told before.</summary>
sealed class DiscardCommit(TaskHub hub, Instance instance, long upTo) : Commit
{
    public override void Apply(StoreWriter writer) => writer.DeleteMessages(instance.Number, upTo);

    public override void Committed() => hub.Finish(instance);

    public override void Failed(Exception exception)
    {
        // The hub starts over from the file, where the messages still are.
    }
}
