using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Microsoft.DurableTask.History;

namespace Microsoft.DurableTask.Sqlite;

/// <summary>The file: one connection that writes, some that read.</summary>
sealed class Store : IPayloadReader, IDisposable
{
    const int MaxIdleReaders = 8;

    readonly SqliteTaskHubOptions options;
    readonly ConcurrentBag<StoreReader> readers = [];
    readonly FileLock fileLock;
    long lastPayload;
    bool disposed;

    public Store(SqliteTaskHubOptions options)
    {
        this.options = options;
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(options.Path)!);
        fileLock = FileLock.Take(options.Path);
        try
        {
            SqliteConnection connection = Open();
            try
            {
                // First: it only takes effect while the file is empty.
                Execute(connection, "PRAGMA auto_vacuum = INCREMENTAL");
                Execute(connection, "PRAGMA journal_mode = WAL");
                Execute(connection, options.SurvivePowerLoss ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
                Execute(connection, "PRAGMA wal_autocheckpoint = 4000");
                Schema.Ensure(connection, options.Path);
                Writer = new StoreWriter(connection);
            }
            catch
            {
                connection.Dispose();
                throw;
            }

            lastPayload = Writer.LastPayload;
        }
        catch
        {
            fileLock.Dispose();
            throw;
        }
    }

    public StoreWriter Writer { get; }

    /// <summary>A number for a payload that is to be stored apart.</summary>
    public long NextPayload() => Interlocked.Increment(ref lastPayload);

    public string ReadPayload(long reference) => Read(reader => reader.Payload(reference));

    public T Read<T>(Func<StoreReader, T> read)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (!readers.TryTake(out StoreReader? reader))
        {
            reader = new StoreReader(Open());
        }

        bool healthy = false;
        try
        {
            T result = read(reader);
            healthy = true;
            return result;
        }
        finally
        {
            if (healthy && !disposed && readers.Count < MaxIdleReaders)
            {
                readers.Add(reader);
            }
            else
            {
                reader.Dispose();
            }
        }
    }

    public StoredMessage Encode(HistoryRecord record)
    {
        List<(long, string)> payloads = [];
        RecordWriter writer = new(text => StoreApart(text, payloads));
        writer.Write(record, 0);
        return new StoredMessage(record, writer.ToArray(), payloads);
    }

    public (byte[] Data, List<(long Reference, string Text)> Payloads) Encode(Turn turn)
    {
        List<(long, string)> payloads = [];
        RecordWriter writer = new(text => StoreApart(text, payloads));
        writer.Write(turn);
        return (writer.ToArray(), payloads);
    }

    /// <summary>Gives a large payload of an instance's row a row of its own.</summary>
    public List<(long Reference, string Text)> Detach(Payload? payload)
    {
        List<(long, string)> payloads = [];
        if (payload is { IsLarge: true, Reference: 0 })
        {
            string text = payload.Read(this);
            payload.StoredAt(StoreApart(text, payloads));
        }

        return payloads;
    }

    public void Dispose()
    {
        if (disposed)
        {
            return;
        }

        disposed = true;
        Writer.Dispose();
        while (readers.TryTake(out StoreReader? reader))
        {
            reader.Dispose();
        }

        fileLock.Dispose();
    }

    static void Execute(SqliteConnection connection, string sql)
    {
        using Statement statement = new(connection, sql, 0);
        statement.Scalar();
    }

    long StoreApart(string text, List<(long, string)> payloads)
    {
        long reference = NextPayload();
        payloads.Add((reference, text));
        return reference;
    }

    SqliteConnection Open()
    {
        SQLitePCL.Batteries_V2.Init();
        SqliteConnection connection = new(new SqliteConnectionStringBuilder
        {
            DataSource = options.Path,
            Mode = SqliteOpenMode.ReadWriteCreate,
            Pooling = false,
            DefaultTimeout = 10,
        }.ToString());
        connection.Open();
        return connection;
    }
}
