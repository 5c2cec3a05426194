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
    private readonly Statement begin;
    private readonly Statement commit;
    private readonly Statement find;
    private readonly Statement addInstance;
    private readonly Statement advance;
    private readonly Statement finish;
    private readonly Statement renew;
    private readonly Statement setPayload;
    private readonly Statement addTurn;
    private readonly Statement addMessage;
    private readonly Statement addResponse;
    private readonly Statement deleteMessage;
    private readonly Statement deleteMessages;
    private readonly Statement deleteTimers;
    private readonly Statement addActivity;
    private readonly Statement deleteActivity;
    private long lastKey;
    private long lastTurn;
    private long lastMessage;
    private long lastActivity;

    public Tables(Connection connection, TimeProvider timeProvider)
    {
        this.connection = connection;
        this.timeProvider = timeProvider;
        begin = connection.Prepare("BEGIN IMMEDIATE");
        commit = connection.Prepare("COMMIT");
        find = connection.Prepare("SELECT key, exec, status, scheduled, entity, parent FROM instances WHERE id = ?1");
        addInstance = connection.Prepare(
            "INSERT INTO instances (key, id, exec, entity, status, turns, name, version, created, updated, scheduled, generation, parent, tags) "
            + "VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)");
        advance = connection.Prepare("UPDATE instances SET turns = turns + 1, exec = ?3, status = ?4, updated = ?5, custom_status = ?6 WHERE key = ?1 AND turns = ?2");
        finish = connection.Prepare("UPDATE instances SET completed = updated, failure = ?2 WHERE key = ?1 RETURNING created, updated");
        renew = connection.Prepare("UPDATE instances SET completed = NULL, failure = NULL, name = ?2, version = ?3, tags = ?4, generation = ?5 WHERE key = ?1");
        setPayload = connection.Prepare("INSERT OR REPLACE INTO payloads (id, data) VALUES (?1, ?2)");
        addTurn = connection.Prepare("INSERT INTO history (id, key, events) VALUES (?1, ?2, ?3)");
        addMessage = connection.Prepare("INSERT INTO messages (id, key, type, due, message) VALUES (?1, ?2, ?3, ?4, ?5)");
        addResponse = connection.Prepare(
            "INSERT INTO messages (id, key, type, message) SELECT ?1, ?2, ?3, ?4 "
            + "WHERE EXISTS (SELECT 1 FROM instances WHERE key = ?2 AND exec = ?5 AND completed IS NULL)");
        deleteMessage = connection.Prepare("DELETE FROM messages WHERE id = ?1");
        deleteMessages = connection.Prepare("DELETE FROM messages WHERE key = ?1 RETURNING id, due");
        deleteTimers = connection.Prepare("DELETE FROM messages WHERE key = ?1 AND due IS NOT NULL AND type = ?2 RETURNING id, due");
        addActivity = connection.Prepare("INSERT INTO activities (id, key, message) VALUES (?1, ?2, ?3)");
        deleteActivity = connection.Prepare("DELETE FROM activities WHERE id = ?1 RETURNING key");

        // Activities and messages outlive their instance at times: its key must not be given again.
        lastKey = connection.Number(
            "SELECT MAX(k) FROM (SELECT MAX(key) AS k FROM instances UNION ALL SELECT MAX(key) FROM activities UNION ALL SELECT MAX(key) FROM messages)");
        lastTurn = connection.Number("SELECT MAX(id) FROM history");
        lastMessage = connection.Number("SELECT MAX(id) FROM messages");
        lastActivity = connection.Number("SELECT MAX(id) FROM activities");
    }

    /// <summary>Set inside a transaction to have the file made smaller after it.</summary>
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
        if (Find(start.OrchestrationInstance.InstanceId) is { } existing)
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
        if (turn.State is { } state)
        {
            advance.Bind(1, turn.Key).Bind(2, turn.Number).Bind(3, state.OrchestrationInstance.ExecutionId).Bind(4, (int)state.OrchestrationStatus)
                .Bind(5, Now()).Bind(6, state.Status).Run();
            if (connection.Changes == 0)
            {
                effects.Applied = false;
                return effects;
            }
        }

        foreach (var id in turn.Consumed)
        {
            deleteMessage.Bind(1, id).Run();
        }

        if (turn.State is not null)
        {
            WriteHistory(turn, effects);
            SendAll(turn, turn.State, effects);
            if (turn.IsFinished)
            {
                Finish(turn, turn.State, effects);
            }
            else if (turn is { IsEntity: true, State.Input: null } && !HasMessages(turn.Key))
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
        if (deleteActivity.Bind(1, id).Number() is not { } key)
        {
            // It has its result already, or its orchestration was deleted.
            effects.Applied = false;
            return effects;
        }

        var message = lastMessage + 1;
        addResponse.Bind(1, message).Bind(2, key).Bind(3, (int)response.Message.Event.EventType).Bind(4, response.Json)
            .Bind(5, response.Message.OrchestrationInstance.ExecutionId).Run();
        if (connection.Changes > 0)
        {
            lastMessage = message;
            effects.Messages.Add(new StoredMessage(message, key, null, IsEntity: false, response.Message, response.Json.Length));
        }
        else
        {
            effects.Discarded.Add((response.Message.OrchestrationInstance.InstanceId, response.Message.Event.EventType, "The orchestration has finished or begun anew."));
        }

        return effects;
    }

    /// <summary>Notes how often activities were begun.</summary>
    public bool SetAttempts(IEnumerable<(long Id, int Attempts)> activities)
    {
        var set = connection.Prepare("UPDATE activities SET attempts = ?2 WHERE id = ?1");
        foreach (var (id, attempts) in activities)
        {
            set.Bind(1, id).Bind(2, attempts).Run();
        }

        return true;
    }

    /// <summary>Deletes a finished orchestration or an entity.</summary>
    public Effects Purge(string instanceId)
    {
        var effects = new Effects { Applied = false };
        if (Find(instanceId) is { } instance && (Status.IsFinished(instance.Status) || instance.IsEntity))
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
        if (key is { } found && !HasMessages(found))
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
    public bool Clear()
    {
        connection.Execute("DELETE FROM instances; DELETE FROM payloads; DELETE FROM history; DELETE FROM messages; DELETE FROM activities");
        return true;
    }

    private static OrchestrationStatus ToStatus(long value) => (OrchestrationStatus)value;

    private static void Discard(EncodedMessage message, string reason, Effects effects) =>
        effects.Discarded.Add((message.Message.OrchestrationInstance.InstanceId, message.Message.Event.EventType, reason));

    private long Now() => timeProvider.GetUtcNow().UtcTicks;

    private Instance? Find(string id)
    {
        find.Bind(1, id);
        try
        {
            return find.Step()
                ? new Instance(id, find.Int64(0), find.Text(1), ToStatus(find.Int64(2)), find.OptionalInt64(3), find.Int64(4) != 0, find.OptionalText(5))
                : null;
        }
        finally
        {
            find.Reset();
        }
    }

    private bool HasMessages(long key) =>
        connection.Prepare("SELECT 1 FROM messages WHERE key = ?1 LIMIT 1").Bind(1, key).Number() is not null;

    private long AddRow(string id, string exec, OrchestrationStatus status, ExecutionStartedEvent? start)
    {
        var key = ++lastKey;
        var now = Now();
        var created = start?.Timestamp.ToUniversalTime().Ticks ?? now;
        addInstance.Bind(1, key).Bind(2, id).Bind(3, exec).Bind(4, Entities.IsEntityInstance(id) ? 1 : 0).Bind(5, (int)status)
            .Bind(6, start?.Name ?? id).Bind(7, start?.Version).Bind(8, created).Bind(9, now)
            .Bind(10, start is { ScheduledStartTime: { } scheduled } ? scheduled.ToUniversalTime().Ticks : (long?)null)
            .Bind(11, (long?)start?.Generation).Bind(12, EventJson.WritePart(start?.ParentInstance)).Bind(13, EventJson.WriteTags(start?.Tags)).Run();
        return key;
    }

    private void Add(EncodedMessage message, ExecutionStartedEvent start, Effects effects)
    {
        var key = AddRow(start.OrchestrationInstance.InstanceId, start.OrchestrationInstance.ExecutionId ?? string.Empty, OrchestrationStatus.Pending, start);
        SetPayload(Payload.Input(key), start.Input);
        Post(key, message, message.Due(), effects);
    }

    private void Post(long key, EncodedMessage message, long? due, Effects effects)
    {
        var id = ++lastMessage;
        addMessage.Bind(1, id).Bind(2, key).Bind(3, (int)message.Message.Event.EventType).Bind(4, due).Bind(5, message.Json).Run();
        var isEntity = Entities.IsEntityInstance(message.Message.OrchestrationInstance.InstanceId);
        var isRewind = message.Message.Event is ExecutionRewoundEvent;
        effects.Messages.Add(new StoredMessage(id, key, due, isEntity, message.Message, message.Json.Length, IsRewind: isRewind));
    }

    private void Deliver(EncodedMessage message, long sender, Effects effects)
    {
        var id = message.Message.OrchestrationInstance.InstanceId;
        var target = Find(id);
        if (message.Message.Event is ExecutionStartedEvent start)
        {
            DeliverStart(message, start, target, sender, effects);
        }
        else if (target is null)
        {
            if (Entities.IsEntityInstance(id) && message.Message.Event is EventRaisedEvent)
            {
                Post(AddRow(id, string.Empty, OrchestrationStatus.Running, start: null), message, message.Due(), effects);
            }
            else
            {
                Discard(message, "There is no such instance.", effects);
            }
        }
        else if (Status.IsFinished(target.Status) && message.Message.Event is not ExecutionRewoundEvent)
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
        var now = Now();
        connection.Prepare("UPDATE instances SET turns = turns + 1, status = ?2, updated = ?3, completed = ?3 WHERE key = ?1")
            .Bind(1, target.Key).Bind(2, (int)OrchestrationStatus.Terminated).Bind(3, now).Run();
        SetPayload(Payload.Output(target.Key), reason);
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
            connection.Prepare("DELETE FROM history WHERE key = ?1").Bind(1, turn.Key).Run();
            renew.Bind(1, turn.Key).Bind(2, state.Name).Bind(3, state.Version).Bind(4, turn.Tags).Bind(5, (long?)state.Generation).Run();
            if (!turn.IsEntity)
            {
                // An entity's state is in its history only: it is that of every turn, and read by few.
                SetPayload(Payload.Input(turn.Key), state.Input);
                SetPayload(Payload.Output(turn.Key), null);
                foreach (var timer in deleteTimers.Bind(1, turn.Key).Bind(2, (int)EventType.TimerFired).Rows(row => (row.Int64(1), row.Int64(0))))
                {
                    effects.ClearedTimers.Add(timer);
                }
            }
        }

        addTurn.Bind(1, ++lastTurn).Bind(2, turn.Key).Bind(3, turn.Events).Run();
    }

    private void SendAll(Turn turn, OrchestrationState state, Effects effects)
    {
        if (state.OrchestrationStatus != OrchestrationStatus.Terminated)
        {
            foreach (var activity in turn.Activities)
            {
                var id = ++lastActivity;
                addActivity.Bind(1, id).Bind(2, turn.Key).Bind(3, activity.Json).Run();
                effects.Activities.Add(new StoredMessage(id, turn.Key, null, IsEntity: false, activity.Message, activity.Json.Length));
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
        (state.CreatedTime, state.CompletedTime) = finish.Bind(1, turn.Key).Bind(2, turn.Failure).First(row => (Queries.Time(row.Int64(0)), Queries.Time(row.Int64(1))));
        state.LastUpdatedTime = state.CompletedTime;
        state.Tags = state.Tags is { Count: > 0 } ? state.Tags : null;
        SetPayload(Payload.Output(turn.Key), state.Output);
        DeleteMessages(turn.Key, effects);
        effects.Finished.Add(state);
    }

    private void SetPayload(long id, string? data)
    {
        if (data is not null)
        {
            setPayload.Bind(1, id).Bind(2, data).Run();
        }
        else
        {
            connection.Prepare("DELETE FROM payloads WHERE id = ?1").Bind(1, id).Run();
        }
    }

    private void DeleteMessages(long key, Effects effects)
    {
        effects.Cleared.Add(key);
        var deleted = deleteMessages.Bind(1, key);
        try
        {
            while (deleted.Step())
            {
                if (deleted.OptionalInt64(1) is { } due)
                {
                    effects.ClearedTimers.Add((due, deleted.Int64(0)));
                }
            }
        }
        finally
        {
            deleted.Reset();
        }

        // A message that this very transaction had put there goes with the others.
        effects.Messages.RemoveAll(message => message.Key == key);
    }

    private void Delete(long key, Effects effects)
    {
        connection.Prepare("DELETE FROM instances WHERE key = ?1").Bind(1, key).Run();
        connection.Prepare("DELETE FROM history WHERE key = ?1").Bind(1, key).Run();
        SetPayload(Payload.Input(key), null);
        SetPayload(Payload.Output(key), null);
        DeleteMessages(key, effects);
        effects.ClearedActivities.AddRange(
            connection.Prepare("DELETE FROM activities WHERE key = ?1 RETURNING id").Bind(1, key).Rows(row => row.Int64(0)));
        effects.Activities.RemoveAll(activity => activity.Key == key);
    }

    private sealed record Instance(string Id, long Key, string Exec, OrchestrationStatus Status, long? Scheduled, bool IsEntity, string? Parent);
}
