using System.Globalization;
using System.Text;
using DurableTask.Core;
using DurableTask.Core.History;

namespace DurableTask.Sqlite.Storage;

/// <summary>What is read. Each method sees one state of the file.</summary>
internal readonly struct Queries(Connection connection)
{
    private const string Columns =
        "key, id, exec, entity, status, name, version, created, updated, completed, scheduled, generation, parent, tags, custom_status, failure";

    /// <summary>An instance's state; <c>null</c> when there is none.</summary>
    public OrchestrationState? State(string instanceId, bool withPayloads)
    {
        using var snapshot = connection.Snapshot();
        var row = connection.Prepare($"SELECT {Columns} FROM instances WHERE id = ?1").Bind(1, instanceId).First(Row);
        if (row is not null && withPayloads)
        {
            AddPayloads(row);
        }

        return row?.State;
    }

    /// <summary>What is needed to run an instance: its number of turns and its history.</summary>
    public (int Turns, List<HistoryEvent> Events, long Size)? History(long key)
    {
        using var snapshot = connection.Snapshot();
        if (connection.Prepare("SELECT turns FROM instances WHERE key = ?1").Bind(1, key).Number() is not { } turns)
        {
            return null;
        }

        long size = 0;
        var events = new List<HistoryEvent>();
        var rows = connection.Prepare("SELECT events FROM history WHERE key = ?1 ORDER BY id").Bind(1, key);
        try
        {
            while (rows.Step())
            {
                var chunk = rows.Utf8(0);
                events.AddRange(EventJson.ReadEvents(chunk));
                size += chunk.Length;
            }
        }
        finally
        {
            rows.Reset();
        }

        return ((int)turns, events, size);
    }

    /// <summary>The key and the execution of an instance.</summary>
    public (long Key, string Exec)? Find(string instanceId)
    {
        var found = connection.Prepare("SELECT key, exec FROM instances WHERE id = ?1").Bind(1, instanceId).First(row => new { Key = row.Int64(0), Exec = row.Text(1) });
        return found is null ? null : (found.Key, found.Exec);
    }

    /// <summary>The events of an instance's turns after one, of at most so many turns, and the last turn among them; none and the same turn when there are no more.</summary>
    public (List<HistoryEvent> Events, long LastTurn) Turns(long key, long after, int limit)
    {
        var events = new List<HistoryEvent>();
        var rows = connection.Prepare("SELECT id, events FROM history WHERE key = ?1 AND id > ?2 ORDER BY id LIMIT ?3").Bind(1, key).Bind(2, after).Bind(3, limit);
        try
        {
            while (rows.Step())
            {
                after = rows.Int64(0);
                events.AddRange(EventJson.ReadEvents(rows.Utf8(1)));
            }
        }
        finally
        {
            rows.Reset();
        }

        return (events, after);
    }

    /// <summary>A message of an instance; <c>null</c> when it is gone.</summary>
    public TaskMessage? Message(long id) =>
        connection.Prepare("SELECT message FROM messages WHERE id = ?1").Bind(1, id).First(row => EventJson.ReadMessage(row.Utf8(0)));

    /// <summary>An activity; <c>null</c> when it is gone.</summary>
    public TaskMessage? Activity(long id) =>
        connection.Prepare("SELECT message FROM activities WHERE id = ?1").Bind(1, id).First(row => EventJson.ReadMessage(row.Utf8(0)));

    /// <summary>All that waits, in order and without its text.</summary>
    public Backlog Backlog() => new(
        connection.Prepare("SELECT m.id, m.key, m.due, (SELECT i.entity FROM instances AS i WHERE i.key = m.key), m.type FROM messages AS m ORDER BY m.id")
            .Rows(row => new StoredMessage(
                row.Int64(0), row.Int64(1), row.OptionalInt64(2), row.Int64(3) != 0, Message: null, Size: 0, IsRewind: row.Int64(4) == (int)EventType.ExecutionRewound)),
        connection.Prepare("SELECT id, key, attempts FROM activities ORDER BY id")
            .Rows(row => new StoredMessage(row.Int64(0), row.Int64(1), null, IsEntity: false, Message: null, Size: 0, row.Int32(2))));

    /// <summary>A page of instances, oldest first or, with a prefix, by id.</summary>
    public (List<OrchestrationState> States, string? Continuation) Page(InstanceFilter filter)
    {
        using var snapshot = connection.Snapshot();
        var (where, bind) = filter.ToSql();
        var statement = connection.Prepare($"SELECT {Columns} FROM instances WHERE {where}");
        bind(statement);
        var rows = statement.Rows(Row);
        var goesOn = rows.Count > filter.PageSize;
        if (goesOn)
        {
            rows.RemoveAt(filter.PageSize);
        }

        if (filter.WithPayloads)
        {
            foreach (var row in rows)
            {
                AddPayloads(row!);
            }
        }

        var continuation = goesOn ? filter.ContinueAfter(rows[^1]!.Key, rows[^1]!.State.OrchestrationInstance.InstanceId) : null;
        return (rows.ConvertAll(row => row!.State), continuation);
    }

    /// <summary>The keys of finished orchestrations that match, in order, after a key.</summary>
    public List<long> Finished(PurgeInstanceFilter filter, long after, int limit)
    {
        var statuses = filter.RuntimeStatus?.Select(status => ((int)status).ToString(CultureInfo.InvariantCulture)).ToList() ?? [];
        var sql = new StringBuilder("SELECT key FROM instances WHERE key > ?1 AND completed IS NOT NULL AND entity = 0 AND created >= ?2 AND created <= ?3");
        if (statuses.Count > 0)
        {
            sql.Append(CultureInfo.InvariantCulture, $" AND status IN ({string.Join(',', statuses)})");
        }

        return connection.Prepare(sql.Append(" ORDER BY key LIMIT ?4").ToString())
            .Bind(1, after).Bind(2, InstanceFilter.Ticks(filter.CreatedTimeFrom)).Bind(3, InstanceFilter.Ticks(filter.CreatedTimeTo ?? DateTime.MaxValue)).Bind(4, limit)
            .Rows(row => row.Int64(0));
    }

    /// <summary>The keys of the orchestrations that finished before a time, the oldest first.</summary>
    public List<long> FinishedBefore(DateTime time, int limit) =>
        connection.Prepare("SELECT key FROM instances WHERE completed < ?1 AND entity = 0 ORDER BY completed LIMIT ?2")
            .Bind(1, InstanceFilter.Ticks(time)).Bind(2, limit).Rows(row => row.Int64(0));

    /// <summary>The keys of the orchestrations that finished before the newest <paramref name="kept"/> ones.</summary>
    public List<long> FinishedBeyond(int kept, int limit) =>
        connection.Prepare("SELECT key FROM instances WHERE completed IS NOT NULL AND entity = 0 ORDER BY completed DESC LIMIT ?2 OFFSET ?1")
            .Bind(1, kept).Bind(2, limit).Rows(row => row.Int64(0));

    private static InstanceRow? Row(Statement row)
    {
        var state = new OrchestrationState
        {
            OrchestrationInstance = new OrchestrationInstance { InstanceId = row.Text(1), ExecutionId = row.Text(2) },
            OrchestrationStatus = (OrchestrationStatus)row.Int64(4),
            Name = row.Text(5),
            Version = row.OptionalText(6),
            CreatedTime = Time(row.Int64(7)),
            LastUpdatedTime = Time(row.Int64(8)),
            CompletedTime = row.OptionalInt64(9) is { } completed ? Time(completed) : DateTime.SpecifyKind(DateTime.MaxValue, DateTimeKind.Utc),
            ScheduledStartTime = row.OptionalInt64(10) is { } scheduled ? Time(scheduled) : null,
            Generation = (int?)row.OptionalInt64(11),
            ParentInstance = EventJson.ReadPart<ParentInstance>(row.OptionalText(12)),
            Tags = EventJson.ReadPart<Dictionary<string, string>>(row.OptionalText(13)),
            Status = row.OptionalText(14),
            FailureDetails = EventJson.ReadPart<FailureDetails>(row.OptionalText(15)),
        };
        return new InstanceRow(row.Int64(0), row.Int64(3) != 0, state);
    }

    internal static DateTime Time(long ticks) => new(ticks, DateTimeKind.Utc);

    private void AddPayloads(InstanceRow row)
    {
        if (row.IsEntity)
        {
            row.State.Input = connection.Prepare("SELECT events FROM history WHERE key = ?1 ORDER BY id LIMIT 1").Bind(1, row.Key)
                .First(found => EventJson.ReadEvents(found.Utf8(0)).OfType<ExecutionStartedEvent>().FirstOrDefault()?.Input);
            return;
        }

        row.State.Input = PayloadOf(Payload.Input(row.Key));
        row.State.Output = PayloadOf(Payload.Output(row.Key));
    }

    private string? PayloadOf(long id) => connection.Prepare("SELECT data FROM payloads WHERE id = ?1").Bind(1, id).First(row => row.Text(0));

    private sealed record InstanceRow(long Key, bool IsEntity, OrchestrationState State);
}

/// <summary>Which instances a list holds, and how it goes on after a page.</summary>
internal sealed class InstanceFilter
{
    /// <summary>Only entities, only orchestrations, or both.</summary>
    public bool? Entities { get; init; }

    public string? Prefix { get; init; }

    public DateTime? CreatedFrom { get; init; }

    public DateTime? CreatedTo { get; init; }

    public DateTime? UpdatedFrom { get; init; }

    public DateTime? UpdatedTo { get; init; }

    public IReadOnlyCollection<OrchestrationStatus> Statuses { get; init; } = [];

    public int PageSize { get; init; } = 100;

    public bool WithPayloads { get; init; }

    /// <summary>Where the page before ended: the id or the key of its last instance, by which order the list has.</summary>
    public string? Continuation { get; init; }

    /// <summary>Times without a kind are UTC, as everywhere in the framework.</summary>
    public static long Ticks(DateTime time) => (time.Kind == DateTimeKind.Local ? time.ToUniversalTime() : time).Ticks;

    private static long KeyIn(string continuation) => long.TryParse(continuation, NumberStyles.None, CultureInfo.InvariantCulture, out var key)
        ? key
        : throw new ArgumentException($"The continuation token '{continuation}' is none that a list of instances has given.", nameof(continuation));

    /// <summary>The continuation for a page that ended with an instance.</summary>
    public string ContinueAfter(long key, string instanceId) => Prefix is null ? key.ToString(CultureInfo.InvariantCulture) : instanceId;

    /// <summary>The condition and order, and what binds the values in it. One row more than a page tells whether the list goes on.</summary>
    /// <exception cref="ArgumentException">The continuation is none of this list.</exception>
    public (string Where, Action<Statement> Bind) ToSql()
    {
        var conditions = new List<string>();
        var values = new List<Action<Statement>>();
        if (Entities is { } entities)
        {
            conditions.Add(entities ? "entity = 1" : "entity = 0");
        }

        if (Prefix is { Length: > 0 })
        {
            // A range of the index; LIKE would ignore case and read every row.
            AddText("id >=", Prefix);
            AddText("id <", Prefix[..^1] + (char)(Prefix[^1] + 1));
        }

        AddTime("created >=", CreatedFrom);
        AddTime("created <=", CreatedTo);
        AddTime("updated >=", UpdatedFrom);
        AddTime("updated <=", UpdatedTo);
        if (Statuses.Count > 0)
        {
            conditions.Add($"status IN ({string.Join(',', Statuses.Select(status => ((int)status).ToString(CultureInfo.InvariantCulture)))})");
        }

        if (Continuation is { Length: > 0 } && Prefix is not null)
        {
            AddText("id >", Continuation);
        }
        else if (Continuation is { Length: > 0 })
        {
            var key = KeyIn(Continuation);
            Add("key >", (statement, index) => statement.Bind(index, key));
        }

        Add("TRUE ORDER BY " + (Prefix is null ? "key" : "id") + " LIMIT", (statement, index) => statement.Bind(index, PageSize + 1L));
        return (string.Join(" AND ", conditions), statement => values.ForEach(bind => bind(statement)));

        void AddText(string condition, string value) => Add(condition, (statement, index) => statement.Bind(index, value));

        void AddTime(string condition, DateTime? time)
        {
            if (time is { } value)
            {
                Add(condition, (statement, index) => statement.Bind(index, Ticks(value)));
            }
        }

        void Add(string condition, Action<Statement, int> bind)
        {
            var index = values.Count + 1;
            conditions.Add(string.Create(CultureInfo.InvariantCulture, $"{condition} ?{index}"));
            values.Add(statement => bind(statement, index));
        }
    }
}
