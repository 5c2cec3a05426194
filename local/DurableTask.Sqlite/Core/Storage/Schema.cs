using System.Buffers.Binary;
using System.Globalization;

namespace DurableTask.Sqlite.Storage;

/// <summary>The tables, how older ones become the present ones, and which files are opened at all.</summary>
internal static class Schema
{
    /// <summary>"DTSQ" in the header marks a file as one of this library's.</summary>
    public const int ApplicationId = 0x44545351;

    private const int HeaderLength = 100;

    /// <summary>
    /// Step n makes version n + 1 out of version n. Steps are added, never changed: files of every version are out there.
    /// <para>
    /// New rows go to the end of their table, whatever instance they belong to: a commit with many instances in it then touches few pages, and pages are what a
    /// commit costs. An instance's rows are found by its key. Times are UTC ticks.
    /// </para>
    /// </summary>
    private static readonly string[] Steps =
    [
        """
        CREATE TABLE instances (
          key INTEGER PRIMARY KEY,
          id TEXT NOT NULL UNIQUE,
          exec TEXT NOT NULL,
          entity INTEGER NOT NULL,
          status INTEGER NOT NULL,
          turns INTEGER NOT NULL,
          name TEXT NOT NULL,
          version TEXT,
          created INTEGER NOT NULL,
          updated INTEGER NOT NULL,
          completed INTEGER,
          scheduled INTEGER,
          generation INTEGER,
          parent TEXT,
          tags TEXT,
          custom_status TEXT,
          failure TEXT
        ) STRICT;
        CREATE TABLE payloads (id INTEGER PRIMARY KEY, data TEXT NOT NULL) STRICT;
        CREATE TABLE history (id INTEGER PRIMARY KEY, events TEXT NOT NULL) STRICT;
        CREATE TABLE messages (id INTEGER PRIMARY KEY, type INTEGER NOT NULL, due INTEGER, message TEXT NOT NULL) STRICT;
        CREATE TABLE activities (id INTEGER PRIMARY KEY, message TEXT NOT NULL) STRICT;
        """,
        """
        ALTER TABLE activities ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX instances_completed ON instances (completed) WHERE completed IS NOT NULL;
        """,

        // Until version 2, the upper bits of a row's id were the key of its instance.
        """
        ALTER TABLE payloads RENAME TO old_payloads;
        ALTER TABLE history RENAME TO old_history;
        ALTER TABLE messages RENAME TO old_messages;
        ALTER TABLE activities RENAME TO old_activities;
        CREATE TABLE payloads (id INTEGER PRIMARY KEY, data TEXT NOT NULL) STRICT;
        CREATE TABLE history (id INTEGER PRIMARY KEY, key INTEGER NOT NULL, events TEXT NOT NULL) STRICT;
        CREATE TABLE messages (id INTEGER PRIMARY KEY, key INTEGER NOT NULL, type INTEGER NOT NULL, due INTEGER, message TEXT NOT NULL) STRICT;
        CREATE TABLE activities (id INTEGER PRIMARY KEY, key INTEGER NOT NULL, message TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0) STRICT;
        INSERT INTO payloads SELECT 2 * (id >> 28) + (id & 1), data FROM old_payloads;
        INSERT INTO history SELECT id, id >> 28, events FROM old_history;
        INSERT INTO messages SELECT id, id >> 28, type, due, message FROM old_messages;
        INSERT INTO activities SELECT id, id >> 28, message, attempts FROM old_activities;
        DROP TABLE old_payloads;
        DROP TABLE old_history;
        DROP TABLE old_messages;
        DROP TABLE old_activities;
        CREATE INDEX history_key ON history (key);
        CREATE INDEX messages_key ON messages (key);
        CREATE INDEX activities_key ON activities (key);
        """,
    ];

    /// <summary>The version that this library writes.</summary>
    public static int Version => Steps.Length;

    /// <summary>Refuses, by its bytes alone, a file that is not this library's or not whole. A missing or empty file is a new one.</summary>
    /// <returns>Whether the file holds a database already.</returns>
    /// <exception cref="SqliteStorageException">The file cannot be used.</exception>
    public static bool CheckHeader(string path)
    {
        using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (file.Length == 0)
        {
            return false;
        }

        Span<byte> header = stackalloc byte[HeaderLength];
        if (file.ReadAtLeast(header, HeaderLength, throwOnEndOfStream: false) < HeaderLength
            || !header.StartsWith("SQLite format 3\0"u8)
            || BinaryPrimitives.ReadInt32BigEndian(header[68..]) != ApplicationId)
        {
            throw new SqliteStorageException($"The file '{path}' is no database of DurableTask.Sqlite. It was left as it is: choose another path.");
        }

        var pageSize = BinaryPrimitives.ReadUInt16BigEndian(header[16..]) is var size && size == 1 ? 65536 : size;
        var pages = BinaryPrimitives.ReadUInt32BigEndian(header[28..]);

        // While there is a log, the file may be shorter than its header says: the log holds the rest.
        var hasLog = new FileInfo(path + "-wal") is { Exists: true, Length: > 0 };
        if (!hasLog && file.Length < (long)pageSize * pages)
        {
            throw new SqliteStorageException(string.Create(
                CultureInfo.InvariantCulture,
                $"The database '{path}' is torn: it has {file.Length} bytes and should have {(long)pageSize * pages}. It was left as it is: restore a copy."));
        }

        return true;
    }

    /// <summary>Refuses a file that a newer version of this library has written.</summary>
    /// <exception cref="SqliteStorageException">It is newer.</exception>
    public static void CheckVersion(Connection connection, string path)
    {
        var version = connection.Number("PRAGMA user_version");
        if (version > Version)
        {
            throw new SqliteStorageException(string.Create(
                CultureInfo.InvariantCulture,
                $"The database '{path}' has version {version}; this library works with versions up to {Version}. It was left as it is: use the newer library."));
        }
    }

    /// <summary>Looks for damage, through a connection that cannot write.</summary>
    /// <exception cref="SqliteStorageException">The file is damaged.</exception>
    public static void CheckContent(Connection connection, string path, bool thorough)
    {
        var finding = connection.Prepare(thorough ? "PRAGMA integrity_check(1)" : "PRAGMA quick_check(1)").First(row => row.Text(0));
        if (!string.Equals(finding, "ok", StringComparison.Ordinal))
        {
            throw new SqliteStorageException($"The database '{path}' is damaged ({finding}). It was left as it is: restore a copy.");
        }
    }

    /// <summary>Brings an empty or older database to the present version, in one transaction.</summary>
    public static void Migrate(Connection connection) => Migrate(connection, Version);

    /// <summary>Brings a database to a version; the tests make older files with it.</summary>
    internal static void Migrate(Connection connection, int target)
    {
        var version = (int)connection.Number("PRAGMA user_version");
        if (version == target)
        {
            return;
        }

        connection.Execute("BEGIN IMMEDIATE");
        try
        {
            for (; version < target; version++)
            {
                connection.Execute(Steps[version]);
            }

            connection.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {target}"));
            connection.Execute("COMMIT");
        }
        catch
        {
            connection.Execute("ROLLBACK");
            throw;
        }
    }
}

/// <summary>Which row of the payloads is whose: large texts are not in the instance's own row, which every turn writes anew.</summary>
internal static class Payload
{
    public static long Input(long key) => 2 * key;

    public static long Output(long key) => (2 * key) + 1;
}

/// <summary>A database file cannot be used: it is another program's, in use, damaged, or of a newer version.</summary>
public sealed class SqliteStorageException : InvalidOperationException
{
    /// <summary>Makes one without a message.</summary>
    public SqliteStorageException()
    {
    }

    /// <summary>Makes one with a message that names the file and what to do.</summary>
    public SqliteStorageException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one with a message and the cause.</summary>
    public SqliteStorageException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
