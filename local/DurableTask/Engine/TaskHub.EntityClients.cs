using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.History;
using Microsoft.DurableTask.Sqlite;

namespace Microsoft.DurableTask.Engine;

/// <content>What clients ask of entities.</content>
partial class TaskHub
{
    /// <summary>Signals an entity, which is created when it is missing; returns once that is stored.</summary>
    public async Task SignalEntityAsync(string id, HistoryRecord record, CancellationToken cancellation)
    {
        StoredMessage message = Store.Encode(record);
        ClientCommit<(long Target, long Sequence)> commit = new(
            writer =>
            {
                long target = writer.Find(id)?.Number ?? CreateEntity(writer, id, record.Time);
                return (target, writer.AddMessage(target, message));
            },
            stored => Deliver(stored.Target, new Message(record, stored.Sequence)));
        commits.Post(commit);
        await commit.Task.WaitAsync(cancellation);
    }

    /// <summary>Requests that wait for an entity.</summary>
    public int BacklogOf(long number) => (int)Store.Read(reader =>
        reader.Query("SELECT COUNT(*) FROM inbox WHERE n = $n", [("$n", number)], row => row.GetInt64(0)))[0];

    /// <summary>Releases locks whose owner has ended, then removes entities without state, lock and requests.</summary>
    public async Task<(int Released, int Removed)> CleanEntitiesAsync(bool releaseLocks, bool removeEmpty, CancellationToken cancellation)
    {
        int released = 0;
        if (releaseLocks)
        {
            foreach (InstanceRow entity in Rows(InstanceFilter.Entities().Where("lock_owner IS NOT NULL")))
            {
                InstanceRow? owner = Find(EntityTurn.OwnerIdOf(entity)!);
                if (owner is null || owner.IsTerminal || owner.Execution != EntityTurn.OwnerOf(entity))
                {
                    await SignalEntityAsync(
                        entity.Id,
                        new HistoryRecord(RecordKind.EntityUnlocked) { Time = Now, InstanceId = EntityTurn.OwnerIdOf(entity), Version = EntityTurn.OwnerOf(entity) },
                        cancellation);
                    released++;
                }
            }
        }

        if (!removeEmpty)
        {
            return (released, 0);
        }

        InstanceFilter empty = InstanceFilter.Entities().Where(
            "input IS NULL AND input_ref IS NULL AND lock_owner IS NULL AND NOT EXISTS (SELECT 1 FROM inbox WHERE inbox.n = instances.n)");
        List<long> removed = [];
        ClientCommit<int> commit = new(
            writer =>
            {
                removed.Clear();
                foreach (long number in writer.Numbers(empty))
                {
                    writer.DeleteInstance(number);
                    removed.Add(number);
                }

                return removed.Count;
            },
            _ => removed.ForEach(DropIfResident));
        commits.Post(commit);
        return (released, await commit.Task.WaitAsync(cancellation));
    }

    List<InstanceRow> Rows(InstanceFilter filter) => Store.Read(reader =>
        reader.Query($"SELECT {RowCodec.Columns} FROM instances WHERE {filter.Sql}", filter.Parameters, RowCodec.Read));
}
