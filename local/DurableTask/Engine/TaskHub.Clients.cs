using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.History;
using Microsoft.DurableTask.Sqlite;

namespace Microsoft.DurableTask.Engine;

/// <content>What clients ask for.</content>
partial class TaskHub
{
    readonly Dictionary<string, List<Waiter>> waiters = new(StringComparer.Ordinal);

    /// <summary>Starts an instance.</summary>
    /// <param name="row">The instance; its number is set here.</param>
    /// <param name="dedupe">Statuses in which an instance of the same id makes this fail.</param>
    /// <param name="cancellation">Ends the wait; the instance may start nevertheless.</param>
    public async Task StartAsync(InstanceRow row, IReadOnlyCollection<OrchestrationRuntimeStatus> dedupe, CancellationToken cancellation)
    {
        row.Wake = row.StartAt;
        List<(long, string)> payloads = Store.Detach(row.Input);
        List<long> replaced = [];
        ClientCommit<OrchestrationRuntimeStatus?> commit = new(
            writer =>
            {
                replaced.Clear();
                if (writer.Find(row.Id) is { } existing)
                {
                    if (dedupe.Contains(existing.Status))
                    {
                        return existing.Status;
                    }

                    writer.DeleteInstance(existing.Number);
                    replaced.Add(existing.Number);
                }

                row.Number = writer.NextNumber();
                writer.AddPayloads(row.Number, payloads);
                writer.Insert(row);
                return null;
            },
            conflict =>
            {
                replaced.ForEach(DropIfResident);
                if (conflict is null)
                {
                    Begin(row);
                }
            });
        commits.Post(commit);
        if (await commit.Task.WaitAsync(cancellation) is { } status)
        {
            throw new global::DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException(
                $"An Orchestration instance with the status {status} already exists.");
        }
    }

    /// <summary>Tells an instance something; returns once that is stored.</summary>
    /// <returns><c>false</c> when there is no such instance, or it has ended.</returns>
    public async Task<bool> TellAsync(string instanceId, HistoryRecord record, CancellationToken cancellation)
    {
        StoredMessage message = Store.Encode(record);
        long target = 0;
        ClientCommit<long> commit = new(
            writer =>
            {
                if (writer.Find(instanceId) is not { } found || InstanceRow.IsTerminalStatus(found.Status))
                {
                    return 0;
                }

                target = found.Number;
                return writer.AddMessage(found.Number, message);
            },
            sequence =>
            {
                if (sequence != 0)
                {
                    Deliver(target, new Message(record, sequence));
                }
            });
        commits.Post(commit);
        return await commit.Task.WaitAsync(cancellation) != 0;
    }

    /// <summary>The row of an instance.</summary>
    public InstanceRow? Find(string instanceId) => Store.Read(reader => reader.Number(instanceId) is { } number ? reader.Row(number) : null);

    /// <summary>Waits until the status of an instance is as wanted.</summary>
    public async Task<InstanceRow> WaitAsync(string instanceId, Func<OrchestrationRuntimeStatus, bool> wanted, CancellationToken cancellation)
    {
        Waiter waiter = new(wanted);
        lock (waiters)
        {
            if (!waiters.TryGetValue(instanceId, out List<Waiter>? list))
            {
                waiters.Add(instanceId, list = []);
            }

            list.Add(waiter);
        }

        try
        {
            while (true)
            {
                // Looked up after the waiter is in place: a change in between is not missed.
                if (Find(instanceId) is { } row && wanted(row.Status))
                {
                    return row;
                }

                using CancellationTokenSource linked = CancellationTokenSource.CreateLinkedTokenSource(cancellation, stopped);
                await waiter.Signalled.WaitAsync(linked.Token);
            }
        }
        finally
        {
            lock (waiters)
            {
                if (waiters.TryGetValue(instanceId, out List<Waiter>? list) && list.Remove(waiter) && list.Count == 0)
                {
                    waiters.Remove(instanceId);
                }
            }

            waiter.Dispose();
        }
    }

    /// <summary>Tells those who wait for an instance that its status has changed.</summary>
    internal void Signal(InstanceRow row)
    {
        lock (waiters)
        {
            if (waiters.TryGetValue(row.Id, out List<Waiter>? list))
            {
                foreach (Waiter waiter in list)
                {
                    waiter.Signal(row.Status);
                }
            }
        }
    }

    sealed class Waiter(Func<OrchestrationRuntimeStatus, bool> wanted) : IDisposable
    {
        public SemaphoreSlim Signalled { get; } = new(0);

        public void Signal(OrchestrationRuntimeStatus status)
        {
            if (wanted(status))
            {
                Signalled.Release();
            }
        }

        public void Dispose() => Signalled.Dispose();
    }
}
