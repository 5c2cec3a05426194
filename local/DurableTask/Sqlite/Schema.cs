using Microsoft.Data.Sqlite;

namespace Microsoft.DurableTask.Sqlite;

/// <summary>The tables, and which versions of them this engine can open.</summary>
static class Schema
{
    /// <summary>The version that this engine writes. Raise it with every change to the tables or to the records in them.</summary>
    public const int Version = 1;

    /// <summary>"DMLT": marks a file as a Durable Task database.</summary>
    const int ApplicationId = 0x444D4C54;

    const string Tables = """
        CREATE TABLE instances (
          n INTEGER PRIMARY KEY,
          id TEXT NOT NULL UNIQUE,
          execution TEXT NOT NULL,
          name TEXT NOT NULL,
          version TEXT NOT NULL,
          status INTEGER NOT NULL,
          created INTEGER NOT NULL,
          updated INTEGER NOT NULL,
          completed INTEGER,
          start_at INTEGER NOT NULL,
          generation INTEGER NOT NULL,
          turn INTEGER NOT NULL,
          wake INTEGER,
          lock_owner TEXT,
          parent BLOB,
          input TEXT,
          input_ref INTEGER,
          output TEXT,
          output_ref INTEGER,
          custom_status TEXT,
          failure BLOB,
          tags TEXT,
          trace TEXT
        );
        CREATE INDEX instances_wake ON instances (wake) WHERE wake IS NOT NULL;
        CREATE INDEX instances_completed ON instances (completed, n) WHERE completed IS NOT NULL;
        CREATE TABLE history (
          n INTEGER NOT NULL,
          turn INTEGER NOT NULL,
          data BLOB NOT NULL,
          PRIMARY KEY (n, turn)
        ) WITHOUT ROWID;
        CREATE TABLE inbox (
          n INTEGER NOT NULL,
          seq INTEGER NOT NULL,
          data BLOB NOT NULL,
          PRIMARY KEY (n, seq)
        ) WITHOUT ROWID;
        CREATE TABLE payloads (
          p INTEGER PRIMARY KEY,
          n INTEGER NOT NULL,
          data TEXT NOT NULL
        );
        CREATE INDEX payloads_n ON payloads (n);
        """;

    /// <summary>Creates the tables in an empty file; refuses files that are not ours or of another version.</summary>
    /// <exception cref="InvalidOperationException">The file cannot be used.</exception>
    public static void Ensure(SqliteConnection connection, string path)
    {
        long application = Scalar(connection, "PRAGMA application_id");
        long version = Scalar(connection, "PRAGMA user_version");
        if (application == ApplicationId && version == Version)
        {
            return;
        }

        if (application == ApplicationId)
        {
            throw new InvalidOperationException(
                $"The Durable Task database '{path}' has schema version {version}; this engine works with version {Version}. "
                + (version > Version ? "Use the newer engine that wrote it." : "Let the engine that wrote it finish its instances, then start with a new file."));
        }

        if (application != 0 || version != 0 || Scalar(connection, "SELECT COUNT(*) FROM sqlite_master") != 0)
        {
            throw new InvalidOperationException($"The file '{path}' is a SQLite database of something else. Choose another path.");
        }

        using SqliteTransaction transaction = connection.BeginTransaction();
        Execute(connection, Tables);
        Execute(connection, $"PRAGMA application_id = {ApplicationId}");
        Execute(connection, $"PRAGMA user_version = {Version}");
        transaction.Commit();
    }

    static long Scalar(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    static void Execute(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
