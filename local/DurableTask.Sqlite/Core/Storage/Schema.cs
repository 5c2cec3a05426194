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
    /// Rows that belong to an instance have its key in the upper bits of their id (<see cref="RowId"/>): an instance's messages, activities and turns
    /// lie side by side, are deleted as a range, and need no further index. Times are UTC ticks.
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

/// <summary>Ids of rows that belong to an instance: its key above, a number of the instance's own below.</summary>
internal static class RowId
{
    private const int Bits = 28;

    /// <summary>The id before an instance's first row. Its rows lie in [First, Next), the first of them at First + 1 or, for turns and payloads, at First.</summary>
    public static long First(long key) => key << Bits;

    /// <summary>The id after an instance's last possible row.</summary>
    public static long Next(long key) => (key + 1) << Bits;

    /// <summary>The key of the instance that a row belongs to.</summary>
    public static long Key(long id) => id >> Bits;

    /// <summary><see cref="Key"/> in SQL.</summary>
    public static string KeySql(string id) => string.Create(CultureInfo.InvariantCulture, $"({id} >> {Bits})");
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
