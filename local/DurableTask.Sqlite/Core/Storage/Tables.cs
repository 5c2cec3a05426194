using DurableTask.Core;
using DurableTask.Core.Common;
using DurableTask.Core.Exceptions;
using DurableTask.Core.History;

namespace DurableTask.Sqlite.Storage;

/// <summary>What is written, and the decisions that must not race with other writes. Used by the writer's thread, inside a transaction.</summary>
internal sealed class Tables
{
    private readonly Connection connection;
    private readonly TimeProvider timeProvider;
    private readonly Rows rows;
    private readonly Statement begin;
    private readonly Statement commit;

    public Tables(Connection connection, TimeProvider timeProvider)
    {
        this.connection = connection;
        this.timeProvider = timeProvider;
        rows = new Rows(connection);
        begin = connection.Prepare("BEGIN IMMEDIATE");
        commit = connection.Prepare("COMMIT");
    }

    /// <summary>Set inside a transaction to have the file made smaller after it; stays set until that is done.</summary>
    public bool ShrinkAfterCommit { get; set; }

    /// <summary>Reads what is written, inside the transaction.</summary>
    public Queries Queries => new(connection);

    /// <summary>The number that a statement gives; the tests set limits with it.</summary>
    internal long Number(string sql) => connection.Number(sql);

    /// <summary>Begins a transaction.</summary>
    public void Begin() => begin.Run();

    /// <summary>Ends a transaction; what was done in it is on disk.</summary>
    public void Commit() => commit.Run();

    /// <summary>Undoes a transaction, if one is open: SQLite itself undoes it after some errors.</summary>
    public void Rollback()
    {
        if (SQLitePCL.raw.sqlite3_get_autocommit(connection.Handle) == 0)
        {
            connection.Execute("ROLLBACK");
        }
    }

    /// <summary>Writes something that changes nothing.</summary>
    public void Probe() => connection.Execute("CREATE TABLE probe (data BLOB); INSERT INTO probe VALUES (zeroblob(65536)); DROP TABLE probe");

    /// <summary>Makes an instance from its start message. One that finished, or whose status is none of those to be kept, gives way.</summary>
    /// <returns>With <see cref="Effects.Refusal"/> when there is one with a status that is to be kept.</returns>
    public Effects Create(EncodedMessage message, OrchestrationStatus[] kept)
    {
        var effects = new Effects();
        var start = (ExecutionStartedEvent)message.Message.Event;
        if (rows.Find(start.OrchestrationInstance.InstanceId) is { } existing)
        {
            if (kept.Contains(existing.Status))
            {
                effects.Refusal = $"An orchestration with the id '{start.OrchestrationInstance.InstanceId}' and the status {existing.Status} already exists.";
                return effects;
            }

            Replace(existing, effects);
        }

        Add(message, start, effects);
        return effects;
    }

    /// <summary>Puts messages before the instances that they are for.</summary>
    public Effects Send(IEnumerable<EncodedMessage> messages)
    {
        var effects = new Effects();
        foreach (var message in messages)
        {
            Deliver(message, sender: 0, effects);
        }

        return effects;
    }

    /// <summary>Writes all that a turn has brought about.</summary>
    public Effects Complete(Turn turn)
    {
        var effects = new Effects();
        if (turn.State is { } state && !rows.Advance(turn, state, Now()))
        {
            effects.Applied = false;
            return effects;
        }

        foreach (var id in turn.Consumed)
        {
            rows.DeleteMessage(id);
        }

        if (turn.State is not null)
        {
            WriteHistory(turn, effects);
            SendAll(turn, turn.State, effects);
            if (turn.IsFinished)
            {
                Finish(turn, turn.State, effects);
            }
            else if (turn is { IsEntity: true, State.Input: null } && !rows.HasMessages(turn.Key))
            {
                // What an entity without state, lock and backlog leaves is not worth a row.
                Delete(turn.Key, effects);
            }
        }

        return effects;
    }

    /// <summary>Takes an activity off and gives its result to its orchestration, if that still waits for it.</summary>
    public Effects CompleteActivity(long id, EncodedMessage response)
    {
        var effects = new Effects();
        effects.ClearedActivities.Add(id);
        if (rows.DeleteActivity(id) is not { } key)
        {
            // It has its result already, or its orchestration was deleted.
            effects.Applied = false;
        }
        else if (rows.AddResponse(key, response) is { } message)
        {
            effects.Messages.Add(message);
        }
        else
        {
            Discard(response, "The orchestration has finished or begun anew.", effects);
        }

        return effects;
    }

    /// <summary>Notes how often activities were begun.</summary>
    public bool SetAttempts(IEnumerable<(long Id, int Attempts)> activities)
    {
        foreach (var (id, attempts) in activities)
        {
            rows.SetAttempts(id, attempts);
        }

        return true;
    }

    /// <summary>Deletes a finished orchestration or an entity.</summary>
    public Effects Purge(string instanceId)
    {
        var effects = new Effects { Applied = false };
        if (rows.Find(instanceId) is { } instance && (Status.IsFinished(instance.Status) || instance.IsEntity))
        {
            Delete(instance.Key, effects);
            effects.Applied = true;
        }

        return effects;
    }

    /// <summary>Deletes an entity if it still has neither state nor lock nor messages.</summary>
    public Effects PurgeEmptyEntity(string instanceId, string? customStatus)
    {
        var effects = new Effects { Applied = false };
        var key = connection.Prepare("SELECT key FROM instances WHERE id = ?1 AND custom_status IS ?2").Bind(1, instanceId).Bind(2, customStatus).Number();
        if (key is { } found && !rows.HasMessages(found))
        {
            Delete(found, effects);
            effects.Applied = true;
        }

        return effects;
    }

    /// <summary>Deletes finished orchestrations by their keys.</summary>
    public Effects Purge(IEnumerable<long> keys)
    {
        var effects = new Effects();
        var isFinished = connection.Prepare("SELECT 1 FROM instances WHERE key = ?1 AND completed IS NOT NULL");
        foreach (var key in keys)
        {
            if (isFinished.Bind(1, key).Number() is not null)
            {
                Delete(key, effects);
            }
        }

        return effects;
    }

    /// <summary>Deletes everything.</summary>
    /// <returns>What waits then: nothing.</returns>
    public Backlog Clear()
    {
        rows.DeleteAll();
        return Queries.Backlog();
    }

    private static void Discard(EncodedMessage message, string reason, Effects effects) =>
        effects.Discarded.Add((message.Message.OrchestrationInstance.InstanceId, message.Message.Event.EventType, reason));

    private long Now() => timeProvider.GetUtcNow().UtcTicks;

    private void Add(EncodedMessage message, ExecutionStartedEvent start, Effects effects)
    {
        var key = rows.AddInstance(start.OrchestrationInstance.InstanceId, start.OrchestrationInstance.ExecutionId ?? string.Empty, OrchestrationStatus.Pending, start, Now());
        rows.SetPayload(Payload.Input(key), start.Input);
        Post(key, message, message.Due(), effects);
    }

    private void Post(long key, EncodedMessage message, long? due, Effects effects) => effects.Messages.Add(rows.AddMessage(key, message, due));

    private void Deliver(EncodedMessage message, long sender, Effects effects)
    {
        var id = message.Message.OrchestrationInstance.InstanceId;
        var target = rows.Find(id);
        if (message.Message.Event is ExecutionStartedEvent start)
        {
            DeliverStart(message, start, target, sender, effects);
        }
        else if (target is null)
        {
            if (Entities.IsEntityInstance(id) && message.Message.Event is EventRaisedEvent)
            {
                Post(rows.AddInstance(id, string.Empty, OrchestrationStatus.Running, start: null, Now()), message, message.Due(), effects);
            }
            else
            {
                Discard(message, "There is no such instance.", effects);
            }
        }
        else if (target.Status == OrchestrationStatus.Failed && message.Message.Event is ExecutionRewoundEvent)
        {
            // Runs from now on: who waits for its end after this must not be shown the failure that is being undone.
            rows.Reopen(target.Key, Now());
            Post(target.Key, message, due: null, effects);
        }
        else if (Status.IsFinished(target.Status) || (message.Message.Event is ExecutionRewoundEvent && sender == 0))
        {
            Discard(message, $"The instance is {target.Status}.", effects);
        }
        else if (message.Message.OrchestrationInstance.ExecutionId is { Length: > 0 } exec && !target.IsEntity && !string.Equals(exec, target.Exec, StringComparison.Ordinal))
        {
            Discard(message, "It is for an earlier execution.", effects);
        }
        else if (target.Status == OrchestrationStatus.Pending && message.Message.Event is ExecutionTerminatedEvent { Input: var reason })
        {
            TerminatePending(target, reason, effects);
        }
        else
        {
            // Nothing may reach an instance before its start does; the order of equal times is that of arrival.
            var startTime = target.Status == OrchestrationStatus.Pending ? target.Scheduled : null;
            Post(target.Key, message, message.Due() ?? startTime, effects);
        }
    }

    private void DeliverStart(EncodedMessage message, ExecutionStartedEvent start, Instance? target, long sender, Effects effects)
    {
        if (target is null)
        {
            Add(message, start, effects);
        }
        else if (Status.IsFinished(target.Status) && target.Key != sender)
        {
            Delete(target.Key, effects);
            Add(message, start, effects);
        }
        else if (start.ParentInstance is { } parent)
        {
            var reason = $"An orchestration with the id '{target.Id}' and the status {target.Status} already exists.";
            Discard(message, reason, effects);
            FailParent(parent, reason, sender, effects);
        }
        else
        {
            Discard(message, $"There is one already; it is {target.Status}.", effects);
        }
    }

    private void FailParent(ParentInstance parent, string reason, long sender, Effects effects)
    {
        var failure = new FailureDetails(typeof(OrchestrationAlreadyExistsException).FullName!, reason, stackTrace: null, innerFailure: null, isNonRetriable: false);
        var message = new TaskMessage
        {
            OrchestrationInstance = parent.OrchestrationInstance,
            Event = new SubOrchestrationInstanceFailedEvent(-1, parent.TaskScheduleId, reason, details: null, failure),
        };
        Deliver(EncodedMessage.From(message), sender, effects);
    }

    /// <summary>An orchestration that has not begun ends at once: its start message may lie weeks ahead.</summary>
    private void TerminatePending(Instance target, string? reason, Effects effects)
    {
        rows.Terminate(target.Key, Now());
        rows.SetPayload(Payload.Output(target.Key), reason);
        DeleteMessages(target.Key, effects);
        effects.Finished.Add(Queries.State(target.Id, withPayloads: true)!);
        if (EventJson.ReadPart<ParentInstance>(target.Parent) is { } parent)
        {
            FailParent(parent, reason ?? string.Empty, target.Key, effects);
        }
    }

    private void Replace(Instance existing, Effects effects)
    {
        if (!Status.IsFinished(existing.Status) && Queries.State(existing.Id, withPayloads: false) is { } state)
        {
            state.OrchestrationStatus = OrchestrationStatus.Terminated;
            state.Output = "Another orchestration with the same id has replaced this one.";
            effects.Replaced.Add(state);
        }

        Delete(existing.Key, effects);
    }

    private void WriteHistory(Turn turn, Effects effects)
    {
        var state = turn.State!;
        if (turn.Replaces)
        {
            rows.Renew(turn, state);
            if (!turn.IsEntity)
            {
                // An entity's state is in its history only: it is that of every turn, and read by few.
                rows.SetPayload(Payload.Input(turn.Key), state.Input);
                rows.SetPayload(Payload.Output(turn.Key), null);
                effects.ClearedTimers.AddRange(rows.DeleteTimers(turn.Key));
            }
        }

        rows.AddTurn(turn.Key, turn.Events);
    }

    private void SendAll(Turn turn, OrchestrationState state, Effects effects)
    {
        if (state.OrchestrationStatus != OrchestrationStatus.Terminated)
        {
            foreach (var activity in turn.Activities)
            {
                effects.Activities.Add(rows.AddActivity(turn.Key, activity));
            }
        }

        foreach (var timer in turn.Timers)
        {
            Post(turn.Key, timer, timer.Due(), effects);
        }

        foreach (var message in turn.Messages)
        {
            Deliver(message, turn.Key, effects);
        }
    }

    private void Finish(Turn turn, OrchestrationState state, Effects effects)
    {
        // Who waits gets the state as the file has it: an instance that continued as new was created when its first execution was.
        (state.CreatedTime, state.CompletedTime) = rows.Finish(turn.Key, turn.Failure);
        state.LastUpdatedTime = state.CompletedTime;
        state.Tags = state.Tags is { Count: > 0 } ? state.Tags : null;
        rows.SetPayload(Payload.Output(turn.Key), state.Output);
        DeleteMessages(turn.Key, effects);
        effects.Finished.Add(state);
    }

    private void DeleteMessages(long key, Effects effects)
    {
        effects.Cleared.Add(key);
        effects.ClearedTimers.AddRange(rows.DeleteMessages(key));

        // A message that this very transaction had put there goes with the others.
        effects.Messages.RemoveAll(message => message.Key == key);
    }

    private void Delete(long key, Effects effects)
    {
        DeleteMessages(key, effects);
        effects.ClearedActivities.AddRange(rows.DeleteInstance(key));
        effects.Activities.RemoveAll(activity => activity.Key == key);
    }
}
