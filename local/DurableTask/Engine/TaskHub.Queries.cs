using System.Globalization;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Sqlite;

namespace Microsoft.DurableTask.Engine;

/// <content>Finding and deleting instances.</content>
partial class TaskHub
{
    /// <summary>Instances deleted in one change of the store, so that others need not wait long.</summary>
    const int PurgeGroup = 200;

    /// <summary>A page of rows, in the order of their numbers.</summary>
    public (List<InstanceRow> Rows, string? Continuation) Query(InstanceFilter filter, int pageSize) => Store.Read(reader =>
    {
        string sql = string.Create(
            CultureInfo.InvariantCulture, $"SELECT {RowCodec.Columns} FROM instances WHERE {filter.Sql} ORDER BY n LIMIT {pageSize + 1}");
        List<InstanceRow> rows = reader.Query(sql, filter.Parameters, RowCodec.Read);
        if (rows.Count <= pageSize)
        {
            return (rows, (string?)null);
        }

        rows.RemoveAt(pageSize);
        return (rows, rows[^1].Number.ToString(CultureInfo.InvariantCulture));
    });

    /// <summary>Deletes an ended instance.</summary>
    /// <returns>Instances deleted.</returns>
    public async Task<int> PurgeAsync(string instanceId, bool recursive, CancellationToken cancellation)
    {
        InstanceRow? row = Find(instanceId);
        return row is { IsTerminal: true } ? await PurgeAsync([row.Number], recursive, cancellation) : 0;
    }

    /// <summary>Deletes the ended instances that match, for some time at most.</summary>
    public async Task<PurgeResult> PurgeAsync(InstanceFilter filter, bool recursive, TimeSpan? timeout, CancellationToken cancellation)
    {
        long started = time.GetTimestamp();
        int count = 0;
        while (true)
        {
            List<long> numbers = Numbers(filter, PurgeGroup);
            if (numbers.Count == 0)
            {
                return new PurgeResult(count, isComplete: true);
            }

            if (timeout is not null && time.GetElapsedTime(started) >= timeout)
            {
                return new PurgeResult(count, isComplete: false);
            }

            count += await PurgeAsync(numbers, recursive, cancellation);
        }
    }

    List<long> Numbers(InstanceFilter filter, int limit) => Store.Read(reader =>
    {
        string sql = string.Create(CultureInfo.InvariantCulture, $"SELECT n FROM instances WHERE {filter.Sql} ORDER BY n LIMIT {limit}");
        return reader.Query(sql, filter.Parameters, row => row.GetInt64(0));
    });

    async Task<int> PurgeAsync(List<long> numbers, bool recursive, CancellationToken cancellation)
    {
        List<long> deleted = [];
        ClientCommit<int> commit = new(
            writer =>
            {
                deleted.Clear();
                Queue<long> rest = new(numbers);
                while (rest.TryDequeue(out long number))
                {
                    if (writer.Row(number) is not { IsTerminal: true })
                    {
                        continue;
                    }

                    if (recursive)
                    {
                        foreach (string child in ChildrenOf(number))
                        {
                            if (writer.Find(child) is { } found)
                            {
                                rest.Enqueue(found.Number);
                            }
                        }
                    }

                    writer.DeleteInstance(number);
                    deleted.Add(number);
                }

                return deleted.Count;
            },
            _ => deleted.ForEach(DropIfResident));
        commits.Post(commit);
        return await commit.Task.WaitAsync(cancellation);
    }

    /// <summary>Changes a setting of the connection that writes, between two groups of changes: for tests of faults.</summary>
    internal async Task PragmaAsync(string pragma)
    {
        MaintenanceCommit change = new($"PRAGMA {pragma}");
        commits.Post(change);
        await change.Task;
    }

    /// <summary>The ids of all sub-orchestrations in the history of an instance.</summary>
    List<string> ChildrenOf(long number) => [.. Store.Read(reader => reader.Turns(number))
        .SelectMany(turn => turn.Decisions)
        .Where(record => record.Kind == History.RecordKind.SubOrchestrationCreated)
        .Select(record => record.InstanceId!)];

    async Task ApplyRetentionAsync()
    {
        int purged = 0;
        if (options.RetainFor is { } age)
        {
            InstanceFilter old = InstanceFilter.Orchestrations().Terminal().CompletedTo(time.GetUtcNow() - age);
            purged += (await PurgeAsync(old, recursive: false, timeout: null, stopped)).PurgedInstanceCount;
        }

        if (options.RetainCount is { } keep)
        {
            InstanceFilter surplus = InstanceFilter.Orchestrations().Terminal().Where(string.Create(
                CultureInfo.InvariantCulture,
                $"(completed, n) <= (SELECT completed, n FROM instances WHERE completed IS NOT NULL ORDER BY completed DESC, n DESC LIMIT 1 OFFSET {keep})"));
            purged += (await PurgeAsync(surplus, recursive: false, timeout: null, stopped)).PurgedInstanceCount;
        }

        if (purged > 0)
        {
            MaintenanceCommit vacuum = new("PRAGMA incremental_vacuum");
            commits.Post(vacuum);
            await vacuum.Task;
        }
    }
}
