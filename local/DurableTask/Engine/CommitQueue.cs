using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Microsoft.DurableTask.Diagnostics;
using Microsoft.DurableTask.Sqlite;

namespace Microsoft.DurableTask.Engine;

/// <summary>
/// Group commit: changes that come while one group is being stored make up the next. Whoever brings a change while nobody is storing
/// does the storing, for all, so that a lone chain of turns pays for no change of thread.
/// The queue is bounded by those who fill it: an instance has at most one turn in it, a client call one change.
/// </summary>
sealed class CommitQueue(StoreWriter writer, Action<Exception> broken)
{
    /// <summary>Changes in one group at most, so that the first of them do not wait for too many others.</summary>
    const int MaxGroup = 2048;

    /// <summary>Groups that a caller stores before another thread takes over from it.</summary>
    const int MaxGroupsInline = 64;

    readonly Lock gate = new();
    Queue<Commit> waiting = new();
    bool storing;
    bool closed;
    TaskCompletionSource? idle;

    /// <summary>Adds a change; it may be stored on this thread.</summary>
    public void Add(Commit commit)
    {
        if (Enqueue(commit))
        {
            Store(MaxGroupsInline);
        }
    }

    /// <summary>Adds a change; another thread stores it.</summary>
    public void Post(Commit commit)
    {
        if (Enqueue(commit))
        {
            ThreadPool.UnsafeQueueUserWorkItem(static queue => queue.Store(int.MaxValue), this, preferLocal: false);
        }
    }

    /// <summary>Refuses further changes and waits until those that came are stored.</summary>
    public Task CloseAsync()
    {
        lock (gate)
        {
            closed = true;
            if (!storing)
            {
                return Task.CompletedTask;
            }

            idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return idle.Task;
        }
    }

    bool Enqueue(Commit commit)
    {
        lock (gate)
        {
            if (!closed)
            {
                waiting.Enqueue(commit);
                bool first = !storing;
                storing = true;
                return first;
            }
        }

        commit.Failed(new ObjectDisposedException(nameof(CommitQueue), "The Durable Task engine has stopped."));
        return false;
    }

    void Store(int groups)
    {
        List<Commit> group = [];
        while (true)
        {
            lock (gate)
            {
                if (waiting.Count == 0)
                {
                    storing = false;
                    idle?.TrySetResult();
                    return;
                }

                if (groups-- > 0)
                {
                    do
                    {
                        group.Add(waiting.Dequeue());
                    }
                    while (group.Count < MaxGroup && !group[^1].Alone && waiting.TryPeek(out Commit? next) && !next.Alone);
                }
            }

            if (group.Count == 0)
            {
                ThreadPool.UnsafeQueueUserWorkItem(static queue => queue.Store(int.MaxValue), this, preferLocal: false);
                return;
            }

            Store(group);
            group.Clear();
        }
    }

    void Store(List<Commit> group)
    {
        long started = Stopwatch.GetTimestamp();
        try
        {
            if (group[0].Alone)
            {
                group[0].Apply(writer);
                Announce(group[0]);
                return;
            }

            writer.Begin();
            try
            {
                foreach (Commit commit in group)
                {
                    commit.Apply(writer);
                }

                writer.Commit();
            }
            catch
            {
                Rollback();
                throw;
            }
        }
#pragma warning disable CA1031 // whatever went wrong, nothing of the group is stored, and everyone in it is told
        catch (Exception exception)
#pragma warning restore CA1031
        {
            // First the hub forgets what it took for granted, then those who wait are told.
            broken(exception);
            group.ForEach(commit => commit.Failed(exception));
            return;
        }

        Meters.CommitTime.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);
        group.ForEach(Announce);
    }

    void Announce(Commit commit)
    {
        try
        {
            commit.Committed();
        }
#pragma warning disable CA1031 // a listener's exception, say: memory may be behind the file, which is where the hub goes on from
        catch (Exception exception)
#pragma warning restore CA1031
        {
            broken(exception);
        }
    }

    void Rollback()
    {
        try
        {
            writer.Rollback();
        }
        catch (SqliteException)
        {
            // SQLite has rolled back by itself, as it does when the disk is full.
        }
    }
}
