using Microsoft.Data.Sqlite;
using Microsoft.DurableTask.History;

namespace Microsoft.DurableTask.Sqlite;

/// <summary>A connection that reads what is committed. Used by one thread at a time.</summary>
sealed class StoreReader : IDisposable
{
    readonly SqliteConnection connection;
    readonly Statement begin;
    readonly Statement end;
    readonly Statement row;
    readonly Statement number;
    readonly Statement turns;
    readonly Statement messages;
    readonly Statement payload;

    public StoreReader(SqliteConnection connection)
    {
        this.connection = connection;
        begin = new Statement(connection, "BEGIN", 0);
        end = new Statement(connection, "COMMIT", 0);
        row = new Statement(connection, $"SELECT {RowCodec.Columns} FROM instances WHERE n = $1", 1);
        number = new Statement(connection, "SELECT n FROM instances WHERE id = $1", 1);
        turns = new Statement(connection, "SELECT data FROM history WHERE n = $1 ORDER BY turn", 1);
        messages = new Statement(connection, "SELECT seq, data FROM inbox WHERE n = $1 ORDER BY seq", 1);
        payload = new Statement(connection, "SELECT data FROM payloads WHERE p = $1", 1);
    }

    /// <summary>Makes several reads see one state of the store.</summary>
    public T Snapshot<T>(Func<StoreReader, T> read)
    {
        begin.Execute();
        try
        {
            return read(this);
        }
        finally
        {
            end.Execute();
        }
    }

    public InstanceRow? Row(long n)
    {
        using SqliteDataReader reader = row.Bind(n).Read();
        return reader.Read() ? RowCodec.Read(reader) : null;
    }

    public long? Number(string id) => (long?)number.Bind(id).Scalar();

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

    public List<(long Sequence, HistoryRecord Record)> Messages(long n)
    {
        List<(long, HistoryRecord)> found = [];
        using SqliteDataReader reader = messages.Bind(n).Read();
        while (reader.Read())
        {
            found.Add((reader.GetInt64(0), new RecordReader(reader.GetFieldValue<byte[]>(1)).ReadRecord(0)));
        }

        return found;
    }

    public string Payload(long reference) => (string?)payload.Bind(reference).Scalar()
        ?? throw new InvalidOperationException($"Payload {reference} is not in the store any more: its instance was purged or replaced.");

    /// <summary>Runs a query made for the occasion.</summary>
    public List<T> Query<T>(string sql, IEnumerable<(string Name, object Value)> parameters, Func<SqliteDataReader, T> map)
    {
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // composed of constants; values go in parameters
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach ((string name, object value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        List<T> found = [];
        using SqliteDataReader reader = command.ExecuteReader();
        while (reader.Read())
        {
            found.Add(map(reader));
        }

        return found;
    }

    public void Dispose()
    {
        begin.Dispose();
        end.Dispose();
        row.Dispose();
        number.Dispose();
        turns.Dispose();
        messages.Dispose();
        payload.Dispose();
        connection.Dispose();
    }
}
