using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using SQLitePCL;

namespace DurableTask.Sqlite.Storage;

/// <summary>
/// The one thread that writes. What is asked of it while it commits goes into the next commit together, so that a slow disk costs each request little;
/// a request that fails is undone alone.
/// </summary>
internal sealed class Writer : IAsyncDisposable
{
    private const int MaxBatch = 512;

    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan MaxUnsynced = ProbeInterval;

    /// <summary>Not to wait for the disk makes a few requests quicker; where there are many, those that come during the wait share the next commit.</summary>
    private const int MaxUnsyncedBatch = 4;

    // Bounded by who asks: dispatchers wait for their request before they take more work, and clients wait for theirs.
    private readonly Channel<Request> requests = Channel.CreateUnbounded<Request>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Connection connection;
    private readonly bool survivePowerLoss;
    private readonly TimeProvider timeProvider;
    private readonly ILogger logger;
    private readonly Thread thread;
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile TaskCompletionSource? outage;
    private bool isSyncing = true;
    private volatile bool isUnsynced;
    private long unsyncedSince;
    private bool isOutOfStep;

    public Writer(Connection connection, SqliteOrchestrationServiceOptions options)
    {
        this.connection = connection;
        survivePowerLoss = options.SurvivePowerLoss;
        timeProvider = options.TimeProvider;
        logger = options.LoggerFactory.CreateLogger("DurableTask.Sqlite");
        Tables = new Tables(connection, timeProvider);
        thread = new Thread(Run) { IsBackground = true, Name = "DurableTask.Sqlite writer" };
        thread.Start();
    }

    /// <summary>Brings the memory to what the file holds when it did not follow a commit. Runs on the writer's thread.</summary>
    public Action<Queries>? Reload { private get; set; }

    private Tables Tables { get; }

    /// <summary>Whether the disk takes what is written and the memory holds what is on it; work handed out while that is not so would be done for nothing.</summary>
    public bool IsHealthy => outage is null;

    /// <summary>Whether a loss of power would undo something that was allowed to wait for the disk.</summary>
    public bool IsUnsynced => isUnsynced;

    /// <summary>Ends once it is so.</summary>
    public Task WaitUntilHealthyAsync(CancellationToken cancellationToken) => outage?.Task.WaitAsync(cancellationToken) ?? Task.CompletedTask;

    /// <summary>Does something in a transaction, and gives back its result once that is on disk.</summary>
    /// <param name="apply">Runs on the writer's thread; when it throws, nothing of it remains.</param>
    /// <param name="committed">Runs on the writer's thread after the commit, in the order of the commits.</param>
    /// <param name="mayWaitForDisk">
    /// Whether it reaches the disk with the next request that may not wait, or after half a second. Until then the loss of power undoes it; the end
    /// of the process does not. As the log is in order, nothing that came after it can reach the disk without it.
    /// </param>
    /// <exception cref="SqliteException">The file cannot be written: nothing of it remains.</exception>
    public Task<T> WriteAsync<T>(Func<Tables, T> apply, Action<T>? committed = null, bool mayWaitForDisk = false)
    {
        var request = new Request<T>(apply, committed) { MayWaitForDisk = mayWaitForDisk };
        if (!requests.Writer.TryWrite(request))
        {
            throw new ObjectDisposedException(nameof(Writer), "The database is closed.");
        }

        return request.Task;
    }

    /// <summary>Gives pages that are no longer needed back to the file system, on the writer's thread, between two commits.</summary>
    public Task ShrinkAsync() => WriteAsync(
        tables =>
        {
            tables.ShrinkAfterCommit = true;
            return true;
        });

    /// <summary>Whether an error says that the disk does not take what is written: it is full, read-only, or fails. SQLite may then have undone the whole transaction.</summary>
    public static bool IsOutage(Exception exception) => exception is SqliteException
    {
        SqliteErrorCode: raw.SQLITE_FULL or raw.SQLITE_IOERR or raw.SQLITE_READONLY or raw.SQLITE_CANTOPEN or raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB or raw.SQLITE_BUSY or raw.SQLITE_NOMEM,
    };

    public async ValueTask DisposeAsync()
    {
        requests.Writer.TryComplete();
        await ended.Task;
    }

    private void Run()
    {
        var batch = new List<Request>(MaxBatch);
        try
        {
            while (WaitForRequest())
            {
                while (batch.Count < MaxBatch && requests.Reader.TryRead(out var request))
                {
                    batch.Add(request);
                }

                Commit(batch);
                batch.Clear();
            }

            Close();
        }
        finally
        {
            connection.Dispose();
            outage?.TrySetCanceled();
            ended.TrySetResult();
        }
    }

    private bool WaitForRequest()
    {
        // Blocks this thread, which is its own. While the disk is out of order, or something is left to be done, it wakes to try it.
        var waiting = requests.Reader.WaitToReadAsync().AsTask();
        while (outage is not null || isUnsynced || Tables.ShrinkAfterCommit)
        {
            waiting.WaitAsync(ProbeInterval, timeProvider).ContinueWith(_ => { }, TaskScheduler.Default).GetAwaiter().GetResult();
            if (waiting.IsCompleted)
            {
                break;
            }

            if (outage is not null || isUnsynced)
            {
                Probe();
            }
            else
            {
                Shrink();
            }
        }

        return waiting.GetAwaiter().GetResult();
    }

    private void Commit(List<Request> batch)
    {
        if (!TryCommit(batch) && batch.Count > 1)
        {
            // One of them failed by itself and took the transaction with it: each gets one of its own. Refusals that clients bring about do not get here.
            batch.ForEach(request => TryCommit([request]));
        }

        batch.ForEach(Follow);
        if (isOutOfStep)
        {
            ReadAgain();
        }

        if (Tables.ShrinkAfterCommit)
        {
            Shrink();
        }

        batch.ForEach(request => request.Complete());
    }

    /// <summary>Does requests in one transaction.</summary>
    /// <returns>Whether they need not be tried again: they are committed, or the disk takes nothing, or there is only one.</returns>
    private bool TryCommit(List<Request> batch)
    {
        try
        {
            var isLate = isUnsynced && timeProvider.GetElapsedTime(unsyncedSince) >= MaxUnsynced;
            Begin(sync: isLate || batch.Count > MaxUnsyncedBatch || !batch.TrueForAll(request => request.MayWaitForDisk));
            foreach (var request in batch)
            {
                request.Apply(Tables);
            }

            Commit();
            Recover();
            return true;
        }
        catch (Exception exception)
        {
            Undo();
            Broken(exception);
            if (batch.Count > 1 && !IsOutage(exception))
            {
                return false;
            }

            batch.ForEach(request => request.Fail(exception));
            return true;
        }
    }

    /// <summary>Begins a transaction that reaches the disk when it is committed, or with a later one.</summary>
    private void Begin(bool sync)
    {
        if (survivePowerLoss && sync != isSyncing)
        {
            connection.Execute(sync ? Database.SyncEachCommit : Database.SyncLater);
            isSyncing = sync;
        }

        Tables.Begin();
    }

    private void Commit()
    {
        Tables.Commit();
        if (isSyncing || !survivePowerLoss)
        {
            isUnsynced = false;
        }
        else if (!isUnsynced)
        {
            unsyncedSince = timeProvider.GetTimestamp();
            isUnsynced = true;
        }
    }

    private void Undo()
    {
        try
        {
            Tables.Rollback();
        }
        catch (SqliteException exception)
        {
            // The next transaction cannot begin then, and reports the same.
            Broken(exception);
        }
    }

    private void Follow(Request request)
    {
        try
        {
            request.Committed();
        }
        catch (Exception exception)
        {
            // What is committed is committed, and who asked for it is told so.
            Log.MemoryOutOfStep(logger, exception);
            isOutOfStep = true;
        }
    }

    private void ReadAgain()
    {
        try
        {
            Reload?.Invoke(Tables.Queries);
            isOutOfStep = false;
            Recover();
        }
        catch (Exception exception)
        {
            // Nothing is handed out until it succeeds.
            Log.CannotReload(logger, exception);
            outage ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private void Shrink()
    {
        try
        {
            connection.Execute("PRAGMA incremental_vacuum");

            // While somebody reads an older state it does nothing, which it says by its result alone: then it is tried again.
            Tables.ShrinkAfterCommit = connection.Number("PRAGMA wal_checkpoint(TRUNCATE)") != 0;
        }
        catch (SqliteException exception)
        {
            // The next purge tries again.
            Tables.ShrinkAfterCommit = false;
            Log.CannotShrink(logger, exception);
        }
    }

    private void Broken(Exception exception)
    {
        if (outage is null && IsOutage(exception))
        {
            Log.Outage(logger, exception);
            outage = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private void Recover()
    {
        if (!isOutOfStep && outage is { } over)
        {
            Log.OutageOver(logger);
            outage = null;
            over.TrySetResult();
        }
    }

    private void Probe()
    {
        try
        {
            Begin(sync: true);
            Tables.Probe();
            Commit();
        }
        catch (SqliteException exception)
        {
            // Reported once, when it begins.
            Undo();
            Broken(exception);
            return;
        }

        if (isOutOfStep)
        {
            ReadAgain();
        }
        else
        {
            Recover();
        }
    }

    private void Close()
    {
        try
        {
            connection.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        catch (SqliteException exception)
        {
            // The log stays beside the file and is read at the next start.
            Log.CannotCheckpoint(logger, exception);
        }
    }

    /// <summary>Something to be done in a transaction.</summary>
    internal abstract class Request
    {
        public required bool MayWaitForDisk { get; init; }

        /// <summary>Does it, inside a transaction.</summary>
        public abstract void Apply(Tables tables);

        /// <summary>It failed, alone or with its whole transaction.</summary>
        public abstract void Fail(Exception exception);

        /// <summary>It is committed.</summary>
        public abstract void Committed();

        /// <summary>Tells who asked for it.</summary>
        public abstract void Complete();
    }

    private sealed class Request<T>(Func<Tables, T> apply, Action<T>? committed) : Request
    {
        private readonly TaskCompletionSource<T> source = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T result = default!;
        private Exception? failure;

        public Task<T> Task => source.Task;

        public override void Apply(Tables tables) => result = apply(tables);

        public override void Fail(Exception exception) => failure ??= exception;

        public override void Committed()
        {
            if (failure is null)
            {
                committed?.Invoke(result);
            }
        }

        public override void Complete()
        {
            if (failure is not null)
            {
                source.SetException(failure);
            }
            else
            {
                source.SetResult(result);
            }
        }
    }
}
