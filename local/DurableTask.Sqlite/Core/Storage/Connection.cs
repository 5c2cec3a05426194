using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace DurableTask.Sqlite.Storage;

/// <summary>One SQLite connection with its prepared statements. Used by one thread at a time.</summary>
internal sealed class Connection : IDisposable
{
    private readonly SqliteConnection connection;
    private readonly Dictionary<string, Statement> statements = [];

    private Connection(SqliteConnection connection)
    {
        this.connection = connection;
    }

    /// <summary>The native handle.</summary>
    public sqlite3 Handle => connection.Handle ?? throw new ObjectDisposedException(nameof(Connection));

    /// <summary>How many rows the last statement inserted, changed or deleted.</summary>
    public int Changes => raw.sqlite3_changes(Handle);

    /// <summary>Opens a file.</summary>
    /// <exception cref="SqliteException">The file cannot be opened.</exception>
    public static Connection Open(string path, SqliteOpenMode mode)
    {
        Batteries_V2.Init();

        // No pool: a pooled connection keeps the file open after its last user is gone.
        var text = new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false, DefaultTimeout = 10 };
        var connection = new SqliteConnection(text.ToString());
        try
        {
            connection.Open();
            return new Connection(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>The statement for a text, prepared at its first use.</summary>
    public Statement Prepare(string sql)
    {
        if (!statements.TryGetValue(sql, out var statement))
        {
            statement = new Statement(Handle, sql);
            statements.Add(sql, statement);
        }

        return statement;
    }

    /// <summary>Runs statements that give no rows or whose rows do not matter.</summary>
    public void Execute(string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Only constants of this assembly get here.
        command.CommandText = sql;
#pragma warning restore CA2100
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            // An incremental vacuum frees one page for each row it gives.
        }
    }

    /// <summary>The first column of the first row as a number.</summary>
    public long Number(string sql) => Prepare(sql).Number() ?? 0;

    /// <summary>Makes the reads until its end see one state of the file. Inside a transaction they do so anyway.</summary>
    public ReadTransaction Snapshot() => new(raw.sqlite3_get_autocommit(Handle) == 0 ? null : this);

    public void Dispose()
    {
        foreach (var statement in statements.Values)
        {
            statement.Dispose();
        }

        statements.Clear();
        connection.Dispose();
    }
}

/// <summary>A transaction that only reads.</summary>
internal readonly ref struct ReadTransaction
{
    private readonly Connection? connection;

    public ReadTransaction(Connection? connection)
    {
        this.connection = connection;
        connection?.Prepare("BEGIN").Run();
    }

    public void Dispose() => connection?.Prepare("COMMIT").Run();
}

/// <summary>
/// A prepared statement. Microsoft.Data.Sqlite's commands cost more than SQLite itself for statements as small as these,
/// so this calls the library below it.
/// </summary>
internal sealed class Statement : IDisposable
{
    private readonly sqlite3 database;
    private readonly sqlite3_stmt statement;

    public Statement(sqlite3 database, string sql)
    {
        this.database = database;
        Check(raw.sqlite3_prepare_v3(database, sql, raw.SQLITE_PREPARE_PERSISTENT, out statement));
    }

    public Statement Bind(int index, long value)
    {
        Check(raw.sqlite3_bind_int64(statement, index, value));
        return this;
    }

    public Statement Bind(int index, long? value) => value is { } number ? Bind(index, number) : BindNull(index);

    public Statement Bind(int index, string? value)
    {
        Check(value is null ? raw.sqlite3_bind_null(statement, index) : raw.sqlite3_bind_text(statement, index, value));
        return this;
    }

    /// <summary>Binds text that is in UTF-8 already; an empty span is NULL.</summary>
    public Statement Bind(int index, ReadOnlySpan<byte> text)
    {
        Check(text.IsEmpty ? raw.sqlite3_bind_null(statement, index) : raw.sqlite3_bind_text(statement, index, text));
        return this;
    }

    /// <summary>Runs the statement to its end and makes it ready for the next use.</summary>
    public void Run()
    {
        try
        {
            while (Step())
            {
                // Rows of a statement that is run do not matter.
            }
        }
        finally
        {
            Reset();
        }
    }

    /// <summary>The next row. After the last one the caller calls <see cref="Reset"/>.</summary>
    public bool Step()
    {
        var result = raw.sqlite3_step(statement);
        if (result == raw.SQLITE_ROW)
        {
            return true;
        }

        Check(result == raw.SQLITE_DONE ? raw.SQLITE_OK : result);
        return false;
    }

    /// <summary>Ends the reading of rows. Its result repeats an error that <see cref="Step"/> has thrown already.</summary>
    public void Reset() => _ = raw.sqlite3_reset(statement);

    /// <summary>The rows, each turned into a value.</summary>
    public List<T> Rows<T>(Func<Statement, T> read)
    {
        var rows = new List<T>();
        try
        {
            while (Step())
            {
                rows.Add(read(this));
            }
        }
        finally
        {
            Reset();
        }

        return rows;
    }

    /// <summary>The first row, or the default when there is none.</summary>
    public T? First<T>(Func<Statement, T> read)
    {
        try
        {
            return Step() ? read(this) : default;
        }
        finally
        {
            Reset();
        }
    }

    /// <summary>The first column of the first row; <c>null</c> without a row or with NULL in it.</summary>
    public long? Number()
    {
        try
        {
            return Step() ? OptionalInt64(0) : null;
        }
        finally
        {
            Reset();
        }
    }

    public bool IsNull(int column) => raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL;

    public long Int64(int column) => raw.sqlite3_column_int64(statement, column);

    public int Int32(int column) => raw.sqlite3_column_int(statement, column);

    public long? OptionalInt64(int column) => IsNull(column) ? null : Int64(column);

    public string Text(int column) => raw.sqlite3_column_text(statement, column).utf8_to_string() ?? string.Empty;

    public string? OptionalText(int column) => IsNull(column) ? null : Text(column);

    /// <summary>Text in UTF-8, valid until the next step or reset.</summary>
    public ReadOnlySpan<byte> Utf8(int column) => raw.sqlite3_column_blob(statement, column);

    public void Dispose() => statement.Dispose();

    private Statement BindNull(int index)
    {
        Check(raw.sqlite3_bind_null(statement, index));
        return this;
    }

    private void Check(int result)
    {
        if (result != raw.SQLITE_OK)
        {
            SqliteException.ThrowExceptionForRC(result, database);
        }
    }
}
