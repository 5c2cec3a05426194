using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace DurableTask.Sqlite.Storage;

/// <summary>An open file: its lock, its writer and the connections that read it.</summary>
internal sealed class Database : IAsyncDisposable
{
    /// <summary>Has each commit wait for the disk, with all that was committed before it.</summary>
    public const string SyncEachCommit = "PRAGMA synchronous = FULL";

    /// <summary>Leaves commits to the operating system, until one that waits or the log is folded into the file.</summary>
    public const string SyncLater = "PRAGMA synchronous = NORMAL";

    private const int MaxIdleReaders = 8;

    private readonly string path;
    private readonly FileStream fileLock;
    private readonly ConcurrentBag<Connection> readers = [];
    private volatile bool closed;

    private Database(string path, FileStream fileLock, Writer writer)
    {
        this.path = path;
        this.fileLock = fileLock;
        Writer = writer;
    }

    /// <summary>The one thread that writes.</summary>
    public Writer Writer { get; }

    /// <summary>Takes a file for this process, checks it, and brings it to the present version; makes it when it is missing.</summary>
    /// <exception cref="SqliteStorageException">The file cannot be used; it was left as it is.</exception>
    /// <exception cref="SqliteException">The file cannot be read or written.</exception>
    public static Database Open(SqliteOrchestrationServiceOptions options)
    {
        var path = options.Path;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var fileLock = Lock(path);
        try
        {
            var isNew = !Schema.CheckHeader(path);
            var crashed = File.Exists(path + "-wal");
            if (!isNew)
            {
                CheckContent(path, crashed, options.IntegrityCheckLimit);
            }

            var connection = Connection.Open(path, SqliteOpenMode.ReadWrite);
            try
            {
                if (isNew)
                {
                    // Before the first table, or it has no effect; and before the log, so that the header carries the mark of this library from the first commit on.
                    connection.Execute("PRAGMA auto_vacuum = INCREMENTAL");
                }

                Schema.Migrate(connection);
                connection.Execute("PRAGMA journal_mode = WAL");
                connection.Execute(options.SurvivePowerLoss ? SyncEachCommit : SyncLater);
                connection.Execute("PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -32768");
                return new Database(path, fileLock, new Writer(connection, options));
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        }
        catch
        {
            fileLock.Dispose();
            throw;
        }
    }

    /// <summary>Reads what is committed, from a connection of its own.</summary>
    public T Read<T>(Func<Queries, T> read)
    {
        ObjectDisposedException.ThrowIf(closed, this);
        if (!readers.TryTake(out var connection))
        {
            connection = Connection.Open(path, SqliteOpenMode.ReadOnly);
        }

        var healthy = false;
        try
        {
            var result = read(new Queries(connection));
            healthy = true;
            return result;
        }
        finally
        {
            if (healthy && !closed && readers.Count < MaxIdleReaders)
            {
                readers.Add(connection);
            }
            else
            {
                connection.Dispose();
            }
        }
    }

    /// <summary>Lets the writer finish what it was given, folds the log into the file, and frees the file for other processes.</summary>
    public async ValueTask DisposeAsync()
    {
        if (closed)
        {
            return;
        }

        closed = true;
        while (readers.TryTake(out var reader))
        {
            reader.Dispose();
        }

        await Writer.DisposeAsync();
        File.Delete(path + ".pid");
        await fileLock.DisposeAsync();
    }

    private static void CheckContent(string path, bool crashed, long limit)
    {
        // A check reads the whole file; above the limit, damage shows when the page concerned is read.
        if (new FileInfo(path).Length > limit)
        {
            using var large = Connection.Open(path, SqliteOpenMode.ReadOnly);
            Schema.CheckVersion(large, path);
            return;
        }

        try
        {
            using var connection = Connection.Open(path, SqliteOpenMode.ReadOnly);
            Schema.CheckVersion(connection, path);
            Schema.CheckContent(connection, path, thorough: crashed);
        }
        catch (SqliteException exception) when (exception.SqliteErrorCode is SQLitePCL.raw.SQLITE_CORRUPT or SQLitePCL.raw.SQLITE_NOTADB)
        {
            throw new SqliteStorageException($"The database '{path}' is damaged ({exception.Message}). It was left as it is: restore a copy.", exception);
        }
    }

    /// <summary>Two processes on one file would run every task twice. The operating system frees the lock however this process ends.</summary>
    private static FileStream Lock(string path)
    {
        // Who holds it stands in a file of its own: a locked one cannot be read.
        var holderPath = path + ".pid";
        try
        {
            var stream = new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.WriteAllText(holderPath, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return stream;
        }
        catch (IOException exception) when (IsLocked(exception))
        {
            throw new SqliteStorageException(
                $"The database '{path}' is in use by {Holder(holderPath)}. One process at a time can work on a file: stop the other one or choose another path.",
                exception);
        }
    }

    /// <summary>EAGAIN of Linux and of macOS, and the sharing and lock violations of Windows.</summary>
    private static bool IsLocked(IOException exception) => exception.HResult is 11 or 35 or unchecked((int)0x80070020) or unchecked((int)0x80070021);

    private static string Holder(string holderPath)
    {
        try
        {
            return $"process {File.ReadAllText(holderPath)}";
        }
        catch (IOException)
        {
            // Who holds it only helps; that it is held is what counts.
            return "another process";
        }
    }
}
