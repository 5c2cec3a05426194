using DurableTask.Core;
using DurableTask.Core.Common;
using DurableTask.Core.History;

namespace DurableTask.Sqlite.Storage;

/// <summary>The rows of the tables: finds, adds, changes and deletes them, and decides nothing. Used by the writer's thread, inside a transaction.</summary>
internal sealed class Rows
{
    private readonly Connection connection;
    private readonly Statement find;
    private readonly Statement addInstance;
    private readonly Statement advance;
    private readonly Statement finish;
    private readonly Statement renew;
    private readonly Statement setPayload;
    private readonly Statement deletePayload;
    private readonly Statement addTurn;
    private readonly Statement deleteTurns;
    private readonly Statement addMessage;
    private readonly Statement addResponse;
    private readonly Statement deleteMessage;
    private readonly Statement deleteMessages;
    private readonly Statement deleteTimers;
    private readonly Statement addActivity;
    private readonly Statement deleteActivity;

    // Counted here, not by the highest row: a number is given once while the process lives, so what was deleted is never taken for what came later.
    private long lastKey;
    private long lastTurn;
    private long lastMessage;
    private long lastActivity;

    public Rows(Connection connection)
    {
        this.connection = connection;
        find = connection.Prepare("SELECT key, exec, status, scheduled, entity, parent FROM instances WHERE id = ?1");
        addInstance = connection.Prepare(
            "INSERT INTO instances (key, id, exec, entity, status, turns, name, version, created, updated, scheduled, generation, parent, tags) "
            + "VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)");
        advance = connection.Prepare("UPDATE instances SET turns = turns + 1, exec = ?3, status = ?4, updated = ?5, custom_status = ?6 WHERE key = ?1 AND turns = ?2");
        finish = connection.Prepare("UPDATE instances SET completed = updated, failure = ?2 WHERE key = ?1 RETURNING created, updated");
        renew = connection.Prepare("UPDATE instances SET completed = NULL, failure = NULL, name = ?2, version = ?3, tags = ?4, generation = ?5 WHERE key = ?1");
        setPayload = connection.Prepare("INSERT OR REPLACE INTO payloads (id, data) VALUES (?1, ?2)");
        deletePayload = connection.Prepare("DELETE FROM payloads WHERE id = ?1");
        addTurn = connection.Prepare("INSERT INTO history (id, key, events) VALUES (?1, ?2, ?3)");
        deleteTurns = connection.Prepare("DELETE FROM history WHERE key = ?1");
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

    public Instance? Find(string id)
    {
        find.Bind(1, id);
        try
        {
            return find.Step()
                ? new Instance(id, find.Int64(0), find.Text(1), (OrchestrationStatus)find.Int64(2), find.OptionalInt64(3), find.Int64(4) != 0, find.OptionalText(5))
                : null;
        }
        finally
        {
            find.Reset();
        }
    }

    /// <summary>Adds an instance from its start event; an entity has none.</summary>
    /// <returns>Its key.</returns>
    public long AddInstance(string id, string exec, OrchestrationStatus status, ExecutionStartedEvent? start, long now)
    {
        var key = ++lastKey;
        addInstance.Bind(1, key).Bind(2, id).Bind(3, exec).Bind(4, Entities.IsEntityInstance(id) ? 1 : 0).Bind(5, (int)status)
            .Bind(6, start?.Name ?? id).Bind(7, start?.Version).Bind(8, start?.Timestamp.ToUniversalTime().Ticks ?? now).Bind(9, now)
            .Bind(10, start is { ScheduledStartTime: { } scheduled } ? scheduled.ToUniversalTime().Ticks : (long?)null)
            .Bind(11, (long?)start?.Generation).Bind(12, EventJson.WritePart(start?.ParentInstance)).Bind(13, EventJson.WriteTags(start?.Tags)).Run();
        return key;
    }

    /// <summary>Counts a turn and writes what it changed.</summary>
    /// <returns>Whether the instance had as many turns as the turn expected; if not, nothing was written.</returns>
    public bool Advance(Turn turn, OrchestrationState state, long now)
    {
        advance.Bind(1, turn.Key).Bind(2, turn.Number).Bind(3, state.OrchestrationInstance.ExecutionId).Bind(4, (int)state.OrchestrationStatus)
            .Bind(5, now).Bind(6, state.Status).Run();
        return connection.Changes > 0;
    }

    /// <summary>Begins an instance's history anew, as another execution.</summary>
    public void Renew(Turn turn, OrchestrationState state)
    {
        deleteTurns.Bind(1, turn.Key).Run();
        renew.Bind(1, turn.Key).Bind(2, state.Name).Bind(3, state.Version).Bind(4, turn.Tags).Bind(5, (long?)state.Generation).Run();
    }

    /// <summary>Marks an instance as finished by its last change.</summary>
    /// <returns>When it was created and changed.</returns>
    public (DateTime Created, DateTime Completed) Finish(long key, string? failure) =>
        finish.Bind(1, key).Bind(2, failure).First(row => (Queries.Time(row.Int64(0)), Queries.Time(row.Int64(1))));

    /// <summary>Marks an instance that has not begun as terminated.</summary>
    public void Terminate(long key, long now) =>
        connection.Prepare("UPDATE instances SET turns = turns + 1, status = ?2, updated = ?3, completed = ?3 WHERE key = ?1")
            .Bind(1, key).Bind(2, (int)OrchestrationStatus.Terminated).Bind(3, now).Run();

    /// <summary>Makes a failed instance run again; its history tells what is to be done.</summary>
    public void Reopen(long key, long now)
    {
        connection.Prepare("UPDATE instances SET status = ?2, updated = ?3, completed = NULL, failure = NULL WHERE key = ?1")
            .Bind(1, key).Bind(2, (int)OrchestrationStatus.Running).Bind(3, now).Run();
        SetPayload(Payload.Output(key), null);
    }

    public void AddTurn(long key, ReadOnlySpan<byte> events) => addTurn.Bind(1, ++lastTurn).Bind(2, key).Bind(3, events).Run();

    /// <summary>Writes an input or output; <c>null</c> for none.</summary>
    public void SetPayload(long id, string? data)
    {
        if (data is not null)
        {
            setPayload.Bind(1, id).Bind(2, data).Run();
        }
        else
        {
            deletePayload.Bind(1, id).Run();
        }
    }

    public StoredMessage AddMessage(long key, EncodedMessage message, long? due)
    {
        var id = ++lastMessage;
        addMessage.Bind(1, id).Bind(2, key).Bind(3, (int)message.Message.Event.EventType).Bind(4, due).Bind(5, message.Json).Run();
        var isEntity = Entities.IsEntityInstance(message.Message.OrchestrationInstance.InstanceId);
        return new StoredMessage(id, key, due, isEntity, message.Message, message.Json.Length, IsRewind: message.Message.Event is ExecutionRewoundEvent);
    }

    /// <summary>Adds the result of an activity, unless its execution has finished or given way to another one.</summary>
    public StoredMessage? AddResponse(long key, EncodedMessage response)
    {
        var id = lastMessage + 1;
        addResponse.Bind(1, id).Bind(2, key).Bind(3, (int)response.Message.Event.EventType).Bind(4, response.Json)
            .Bind(5, response.Message.OrchestrationInstance.ExecutionId).Run();
        if (connection.Changes == 0)
        {
            return null;
        }

        lastMessage = id;
        return new StoredMessage(id, key, null, IsEntity: false, response.Message, response.Json.Length);
    }

    public bool HasMessages(long key) => connection.Prepare("SELECT 1 FROM messages WHERE key = ?1 LIMIT 1").Bind(1, key).Number() is not null;

    public void DeleteMessage(long id) => deleteMessage.Bind(1, id).Run();

    /// <summary>Deletes an instance's messages.</summary>
    /// <returns>Those that were due later.</returns>
    public List<(long Due, long Id)> DeleteMessages(long key)
    {
        var timers = new List<(long, long)>();
        var deleted = deleteMessages.Bind(1, key);
        try
        {
            while (deleted.Step())
            {
                if (deleted.OptionalInt64(1) is { } due)
                {
                    timers.Add((due, deleted.Int64(0)));
                }
            }
        }
        finally
        {
            deleted.Reset();
        }

        return timers;
    }

    /// <summary>Deletes an instance's timers.</summary>
    public List<(long Due, long Id)> DeleteTimers(long key) => deleteTimers.Bind(1, key).Bind(2, (int)EventType.TimerFired).Rows(row => (row.Int64(1), row.Int64(0)));

    public StoredMessage AddActivity(long key, EncodedMessage activity)
    {
        var id = ++lastActivity;
        addActivity.Bind(1, id).Bind(2, key).Bind(3, activity.Json).Run();
        return new StoredMessage(id, key, null, IsEntity: false, activity.Message, activity.Json.Length);
    }

    /// <summary>Deletes an activity.</summary>
    /// <returns>The key of its instance; <c>null</c> when it was gone already.</returns>
    public long? DeleteActivity(long id) => deleteActivity.Bind(1, id).Number();

    public void SetAttempts(long activity, int attempts) =>
        connection.Prepare("UPDATE activities SET attempts = ?2 WHERE id = ?1").Bind(1, activity).Bind(2, attempts).Run();

    /// <summary>Deletes an instance without its messages.</summary>
    /// <returns>Its activities, which are gone too.</returns>
    public List<long> DeleteInstance(long key)
    {
        connection.Prepare("DELETE FROM instances WHERE key = ?1").Bind(1, key).Run();
        deleteTurns.Bind(1, key).Run();
        SetPayload(Payload.Input(key), null);
        SetPayload(Payload.Output(key), null);
        return connection.Prepare("DELETE FROM activities WHERE key = ?1 RETURNING id").Bind(1, key).Rows(row => row.Int64(0));
    }

    public void DeleteAll() =>
        connection.Execute("DELETE FROM instances; DELETE FROM payloads; DELETE FROM history; DELETE FROM messages; DELETE FROM activities");
}

/// <summary>What decisions about an instance go by.</summary>
internal sealed record Instance(string Id, long Key, string Exec, OrchestrationStatus Status, long? Scheduled, bool IsEntity, string? Parent);
