using Microsoft.Data.Sqlite;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.History;

namespace Microsoft.DurableTask.Sqlite;

/// <summary>The connection that writes. Used by one commit at a time, inside a transaction.</summary>
sealed class StoreWriter : IDisposable
{
    readonly SqliteConnection connection;
    readonly List<Statement> statements = [];
    readonly Statement begin;
    readonly Statement commit;
    readonly Statement rollback;
    readonly Statement find;
    readonly Statement row;
    readonly Statement insert;
    readonly Statement update;
    readonly Statement output;
    readonly Statement input;
    readonly Statement turns;
    readonly Statement insertTurn;
    readonly Statement deleteTurns;
    readonly Statement deleteUnused;
    readonly Statement insertMessage;
    readonly Statement deleteMessages;
    readonly Statement insertPayload;
    readonly Statement deleteMessage;
    readonly Statement deletePayload;
    readonly Statement deleteInstance;
    readonly Statement deleteInbox;
    readonly Statement deletePayloads;
    long lastNumber;
    long lastSequence;

    public StoreWriter(SqliteConnection connection)
    {
        this.connection = connection;
        begin = Prepare("BEGIN IMMEDIATE", 0);
        commit = Prepare("COMMIT", 0);
        rollback = Prepare("ROLLBACK", 0);
        find = Prepare("SELECT n, status, generation FROM instances WHERE id = $1", 1);
        row = Prepare($"SELECT {RowCodec.Columns} FROM instances WHERE n = $1", 1);
        insert = Prepare(
            $"INSERT INTO instances ({RowCodec.Columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)",
            23);
        update = Prepare("UPDATE instances SET status = $2, updated = $3, turn = $4, wake = $5, custom_status = $6, lock_owner = $7 WHERE n = $1", 7);
        output = Prepare("UPDATE instances SET completed = $2, output = $3, output_ref = $4, failure = $5 WHERE n = $1", 5);
        input = Prepare("UPDATE instances SET execution = $2, version = $3, generation = $4, input = $5, input_ref = $6 WHERE n = $1", 6);
        turns = Prepare("SELECT data FROM history WHERE n = $1 ORDER BY turn", 1);
        insertTurn = Prepare("INSERT INTO history (n, turn, data) VALUES ($1, $2, $3)", 3);
        deleteTurns = Prepare("DELETE FROM history WHERE n = $1", 1);
        deleteUnused = Prepare("DELETE FROM payloads WHERE n = $1 AND NOT EXISTS (SELECT 1 FROM inbox WHERE inbox.n = payloads.n)", 1);
        insertMessage = Prepare("INSERT INTO inbox (n, seq, data) VALUES ($1, $2, $3)", 3);
        deleteMessages = Prepare("DELETE FROM inbox WHERE n = $1 AND seq <= $2", 2);
        insertPayload = Prepare("INSERT INTO payloads (p, n, data) VALUES ($1, $2, $3)", 3);
        deleteMessage = Prepare("DELETE FROM inbox WHERE n = $1 AND seq = $2", 2);
        deletePayload = Prepare("DELETE FROM payloads WHERE p = $1", 1);
        deleteInstance = Prepare("DELETE FROM instances WHERE n = $1", 1);
        deleteInbox = Prepare("DELETE FROM inbox WHERE n = $1", 1);
        deletePayloads = Prepare("DELETE FROM payloads WHERE n = $1", 1);
        lastNumber = Maximum("SELECT MAX(m) FROM (SELECT MAX(n) AS m FROM instances UNION ALL SELECT MAX(n) FROM history)");
        lastSequence = Maximum("SELECT MAX(seq) FROM inbox");
        LastPayload = Maximum("SELECT MAX(p) FROM payloads");
    }

    /// <summary>The highest payload row at the start.</summary>
    public long LastPayload { get; }

    public SqliteConnection Connection => connection;

    public void Begin() => begin.Execute();

    public void Commit() => commit.Execute();

    public void Rollback() => rollback.Execute();

    /// <summary>Runs a statement that SQLite does not allow inside a transaction.</summary>
    public void Run(string sql)
    {
        using Statement statement = new(connection, sql, 0);
        using SqliteDataReader reader = statement.Read();
        while (reader.Read())
        {
            // An incremental vacuum frees one page for each row it gives.
        }
    }

    public (long Number, OrchestrationRuntimeStatus Status, int Generation)? Find(string id)
    {
        using SqliteDataReader reader = find.Bind(id).Read();
        return reader.Read() ? (reader.GetInt64(0), (OrchestrationRuntimeStatus)reader.GetInt32(1), reader.GetInt32(2)) : null;
    }

    public InstanceRow? Row(long n)
    {
        using SqliteDataReader reader = row.Bind(n).Read();
        return reader.Read() ? RowCodec.Read(reader) : null;
    }

    public long NextNumber() => ++lastNumber;

    public void Insert(InstanceRow instance) => insert.Bind(
        instance.Number,
        instance.Id,
        instance.Execution,
        instance.Name,
        instance.Version,
        (int)instance.Status,
        instance.Created,
        instance.Updated,
        instance.Completed,
        instance.StartAt,
        instance.Generation,
        instance.Turn,
        instance.Wake,
        instance.LockOwner,
        RowCodec.Parent(instance.Parent),
        Inline(instance.Input),
        Reference(instance.Input),
        Inline(instance.Output),
        Reference(instance.Output),
        instance.CustomStatus,
        RowCodec.Failure(instance.Failure),
        RowCodec.Tags(instance.Tags),
        instance.Trace).Execute();

    /// <summary>Stores what changes with each turn.</summary>
    /// <returns><c>false</c> when the instance is not there any more.</returns>
    public bool Update(InstanceRow instance) => update.Bind(
        instance.Number, (int)instance.Status, instance.Updated, instance.Turn, instance.Wake, instance.CustomStatus, instance.LockOwner).Execute() == 1;

    public void UpdateOutput(InstanceRow instance) => output.Bind(
        instance.Number, instance.Completed, Inline(instance.Output), Reference(instance.Output), RowCodec.Failure(instance.Failure)).Execute();

    public void UpdateInput(InstanceRow instance) => input.Bind(
        instance.Number, instance.Execution, instance.Version, instance.Generation, Inline(instance.Input), Reference(instance.Input)).Execute();

    public void AddTurn(long n, int turn, byte[] data) => insertTurn.Bind(n, turn, data).Execute();

    public List<Turn> Turns(long n)
    {
        List<Turn> found = [];
        using SqliteDataReader reader = turns.Bind(n).Read();
        while (reader.Read())
        {
            found.Add(new RecordReader(reader.GetFieldValue<byte[]>(0)).ReadTurn());
        }

        return found;
    }

    /// <summary>Stores another history in place of the present one, with the same number of turns or fewer.</summary>
    public void ReplaceTurns(long n, IReadOnlyList<Turn> turns, Store store)
    {
        deleteTurns.Bind(n).Execute();
        for (int i = 0; i < turns.Count; i++)
        {
            (byte[] data, List<(long Reference, string Text)> payloads) = store.Encode(turns[i]);
            AddTurn(n, i + 1, data);
            AddPayloads(n, payloads);
        }
    }

    /// <summary>Deletes the history and everything that only it needs, and stores the next generation's input.</summary>
    public void StartOver(InstanceRow instance)
    {
        deleteTurns.Bind(instance.Number).Execute();
        UpdateInput(instance);
        deleteUnused.Bind(instance.Number).Execute();
    }

    /// <summary>Stores a message and returns its place in the order of all messages.</summary>
    public long AddMessage(long n, StoredMessage message)
    {
        long sequence = ++lastSequence;
        insertMessage.Bind(n, sequence, message.Data).Execute();
        AddPayloads(n, message.Payloads);
        return sequence;
    }

    public void DeleteMessages(long n, long upTo) => deleteMessages.Bind(n, upTo).Execute();

    public void DeleteMessage(long n, long sequence) => deleteMessage.Bind(n, sequence).Execute();

    public void DeletePayload(long reference) => deletePayload.Bind(reference).Execute();

    /// <summary>The numbers of the instances that match.</summary>
    public List<long> Numbers(InstanceFilter filter)
    {
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // composed of constants; values go in parameters
        command.CommandText = $"SELECT n FROM instances WHERE {filter.Sql}";
#pragma warning restore CA2100
        foreach ((string name, object value) in filter.Parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        List<long> numbers = [];
        using SqliteDataReader reader = command.ExecuteReader();
        while (reader.Read())
        {
            numbers.Add(reader.GetInt64(0));
        }

        return numbers;
    }

    public void AddPayloads(long n, IReadOnlyList<(long Reference, string Text)> payloads)
    {
        foreach ((long reference, string text) in payloads)
        {
            insertPayload.Bind(reference, n, text).Execute();
        }
    }

    public void DeleteInstance(long n)
    {
        deleteInstance.Bind(n).Execute();
        deleteTurns.Bind(n).Execute();
        deleteInbox.Bind(n).Execute();
        deletePayloads.Bind(n).Execute();
    }

    public void Dispose()
    {
        statements.ForEach(statement => statement.Dispose());
        connection.Dispose();
    }

    static string? Inline(Payload? payload) => payload is null || payload.Reference != 0 ? null : payload.Read(null!);

    static object? Reference(Payload? payload) => payload is null || payload.Reference == 0 ? null : payload.Reference;

    Statement Prepare(string sql, int parameters)
    {
        Statement statement = new(connection, sql, parameters);
        statements.Add(statement);
        return statement;
    }

    long Maximum(string sql)
    {
        using Statement statement = new(connection, sql, 0);
        return (long?)statement.Scalar() ?? 0;
    }
}
