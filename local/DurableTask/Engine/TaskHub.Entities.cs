using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Diagnostics;
using Microsoft.DurableTask.Entities;
using Microsoft.DurableTask.History;
using Microsoft.DurableTask.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Microsoft.DurableTask.Engine;

/// <content>Entity turns.</content>
partial class TaskHub
{
    /// <summary>Operations in one turn at most: their callers wait until the turn is stored.</summary>
    const int OperationsInTurn = 200;

    /// <summary>A row for an entity that has none yet.</summary>
    internal static long CreateEntity(StoreWriter writer, string id, long now)
    {
        InstanceRow row = new()
        {
            Number = writer.NextNumber(),
            Id = id,
            Execution = Guid.NewGuid().ToString("N"),
            Name = EntityInstanceId.FromString(id).Name,
            Version = string.Empty,
            Status = OrchestrationRuntimeStatus.Running,
            Created = now,
            Updated = now,
        };
        writer.Insert(row);
        return row.Number;
    }

    async Task RunEntityTurnAsync(Instance instance, WorkerConnection worker, WorkerSettings settings)
    {
        Commit? commit = null;
        try
        {
            commit = await PrepareEntityTurnAsync(instance, settings);
        }
#pragma warning disable CA1031 // not an operation's failure, which is a result, but the engine's: tried again
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (stopped.IsCancellationRequested)
            {
                return;
            }

            logger.LogError(exception, "A turn of entity number {Number} could not be run and is tried again.", instance.Number);
            instance.Row = null;
            ExitTurn(worker);
            await FinishLaterAsync(instance);
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

    async Task<Commit?> PrepareEntityTurnAsync(Instance instance, WorkerSettings settings)
    {
        InstanceRow row = instance.Row!;
        if (!settings.EnableEntities)
        {
            lock (gate)
            {
                parked.Add(row.Number);
            }

            timers.Add(row.Number, Now + RetryDelay.Ticks);
            return null;
        }

        foreach (Message message in TakeMailbox(instance))
        {
            if (message.Sequence > instance.LastSequence)
            {
                instance.LastSequence = message.Sequence;
                instance.Backlog.Add(message);
            }
        }

        EntityCommit commit = new(this, instance);
        AsyncServiceScope scope = settings.Scopes.CreateAsyncScope();
        await using (scope.ConfigureAwait(false))
        {
            EntityTurn turn = new(row, commit, settings, Store, scope.ServiceProvider);
            for (int done = 0; done < OperationsInTurn && Next(instance) is { } index; done++)
            {
                Message message = instance.Backlog[index];
                instance.Backlog.RemoveAt(index);
                commit.Processed.Add(message.Sequence);
                await turn.RunAsync(message.Record, instance.Backlog, commit.Processed, Now);
            }

            turn.Finish();
        }

        long next = instance.Backlog.Where(message => message.Record.FireAt > Now).Select(message => message.Record.FireAt).DefaultIfEmpty(0).Min();
        if (next > 0)
        {
            timers.Add(row.Number, next);
        }

        commit.GoesOn = Next(instance) is not null;
        if (commit.Processed.Count == 0)
        {
            return null;
        }

        row.Updated = Now;
        return commit;
    }

    /// <summary>The place of the next message in the backlog that may be processed: due, and from the owner of the lock if there is one.</summary>
    int? Next(Instance instance)
    {
        long now = Now;
        string? owner = EntityTurn.OwnerOf(instance.Row!);
        int index = instance.Backlog.FindIndex(message => message.Record.FireAt <= now
            && (owner is null || message.Record.Version == owner || message.Record.Kind == RecordKind.EntityUnlocked));
        return index < 0 ? null : index;
    }
}
