using System.Globalization;
using DurableMl.Local.BatchEmulator.Jobs;
using DurableMl.Local.BatchEmulator.JobSchedules;
using DurableMl.Local.BatchEmulator.Nodes;
using DurableMl.Local.BatchEmulator.Pools;
using DurableMl.Local.BatchEmulator.Scheduling;
using DurableMl.Local.BatchEmulator.Tasks;
using Microsoft.Data.Sqlite;

namespace DurableMl.Local.BatchEmulator.State;

/// <summary>
/// Everything the account holds, in memory, behind one lock. An update is a transaction: what it changed is committed to the database
/// before it returns; if its body or the commit fails, memory is as it was before. Scheduling runs at the end of an update, inside it;
/// what touches the outside (processes, files, signals, timers) waits for the commit.
/// </summary>
internal sealed class BatchAccount : IDisposable
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly StateDatabase database;
    private readonly AccountResources resources = new();
    private readonly HashSet<Resource> changed = [];
    private readonly HashSet<Resource> deleted = [];
    private readonly List<Action> undo = [];
    private readonly List<Action> after = [];
    private readonly Action schedule;
    private readonly ILogger<BatchAccount> log;
    private long sequence;
    private long lastETag;
    private int depth;
    private bool schedulingWanted;
    private bool closed;

    /// <param name="database">Where the resources lie.</param>
    /// <param name="clock">The time that everything goes by.</param>
    /// <param name="schedule">Assigns tasks to nodes; called inside an update that asked for it.</param>
    /// <param name="log">What could not be stored.</param>
    public BatchAccount(StateDatabase database, TimeProvider clock, Action schedule, ILogger<BatchAccount> log)
    {
        (this.schedule, this.log) = (schedule, log);
        this.database = database;
        Clock = clock;
        Agenda = new Agenda(clock);
        Load();
    }

    public TimeProvider Clock { get; }

    public Agenda Agenda { get; }

    public DateTimeOffset Now => Clock.GetUtcNow();

    public Dictionary<string, Pool> Pools => resources.Pools;

    public Dictionary<string, Job> Jobs => resources.Jobs;

    public Dictionary<string, JobSchedule> JobSchedules => resources.JobSchedules;

    /// <summary>Set once what an earlier emulator left has been brought in order.</summary>
    public volatile bool IsOpen;

    /// <summary>Whether the account takes no updates any more.</summary>
    public bool IsClosed
    {
        get
        {
            lock (gate)
            {
                return closed;
            }
        }
    }

    /// <summary>Reads under the lock.</summary>
    public T Read<T>(Func<T> body)
    {
        lock (gate)
        {
            return body();
        }
    }

    /// <summary>Changes under the lock, then commits: all of it or, if the body or the commit throws, nothing. After the account is closed nothing changes any more.</summary>
    public void Update(Action body) => Update(() =>
    {
        body();
        return true;
    });

    /// <inheritdoc cref="Update(Action)"/>
    /// <exception cref="StateNotStoredException">The database did not take the changes: nothing has changed.</exception>
    public T Update<T>(Func<T> body)
    {
        Action[] actions;
        T result;
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(closed, this);
            if (depth > 0)
            {
                // Part of the update under way on this thread, and of its fate.
                return body();
            }

            depth = 1;
            try
            {
                result = body();
                while (schedulingWanted)
                {
                    schedulingWanted = false;
                    schedule();
                }

                Commit();
            }
            catch
            {
                RollBack();
                throw;
            }
            finally
            {
                depth = 0;
            }

            actions = [.. after];
            Clear();
        }

        foreach (var action in actions)
        {
            Guard(action);
        }

        return result;
    }

    /// <summary>An update that is not given up while the database takes nothing (a full disk): it is tried until it is stored.</summary>
    /// <exception cref="ObjectDisposedException">The account has been closed.</exception>
    public async Task StoreAsync(Action body)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                Update(body);
                return;
            }
            catch (Exception e) when (IsOutOfSpace(e))
            {
                LogNotStored(e, tries);
            }

            // The wall clock, whatever clock the emulator runs on: the disk goes by this one.
            await Task.Delay(RetryPause, TimeProvider.System);
        }
    }

    /// <summary>
    /// At the time, inside an update, unless the account is closed by then; later if the database takes nothing then. From inside an
    /// update it is planned once that is committed.
    /// </summary>
    public void At(DateTimeOffset due, Action body)
    {
        lock (gate)
        {
            if (depth > 0)
            {
                after.Add(() => Plan(due, body));
                return;
            }
        }

        Plan(due, body);
    }

    /// <summary>After the running update has been committed, outside the lock.</summary>
    public void After(Action action) => after.Add(action);

    /// <summary>What to do if the running update fails. For what no database row holds; the last one registered comes first.</summary>
    public void Undo(Action action) => undo.Add(action);

    /// <summary>The work is on its node from now on.</summary>
    public void Started(NodeWork work)
    {
        work.Node.Work.Add(work);
        undo.Add(() => work.Node.Work.Remove(work));
    }

    /// <summary>The work is no longer on its node.</summary>
    /// <returns>False if it was not there: it has been settled before.</returns>
    public bool Ended(NodeWork work)
    {
        if (!work.Node.Work.Remove(work))
        {
            return false;
        }

        undo.Add(() => work.Node.Work.Add(work));
        return true;
    }

    /// <summary>Asks the work to stop once the running update is committed; the first who asks counts.</summary>
    public void Stop(NodeWork work, StopReason reason, TimeSpan grace, string message = "")
    {
        if (work.IsLeaving)
        {
            return;
        }

        work.Leaving = reason;
        undo.Add(() => work.Leaving = StopReason.None);
        after.Add(() => work.Stop.Request(reason, grace, message));
    }

    /// <summary>Tasks or nodes may have become available.</summary>
    public void WantScheduling() => schedulingWanted = true;

    /// <summary>Takes the resource into the account.</summary>
    public void Add(Resource resource)
    {
        resource.Sequence = ++sequence;
        resource.CreationTime = Now;
        resources.Insert(resource);
        undo.Add(() => resources.Remove(resource));
        Touched(resource);
    }

    /// <summary>Changed as clients see it: a new ETag.</summary>
    public void Touched(Resource resource)
    {
        // Times as ETags, as the service makes them; never twice the same.
        lastETag = Math.Max(lastETag + 1, Now.UtcTicks);
        resource.ETag = "0x" + lastETag.ToString("X", CultureInfo.InvariantCulture);
        resource.LastModified = Now;
        changed.Add(resource);
    }

    /// <summary>Changed in what has no ETag.</summary>
    public void Changed(Resource resource) => changed.Add(resource);

    /// <summary>Takes the resource out of the account.</summary>
    public void Delete(Resource resource)
    {
        resources.Remove(resource);
        undo.Add(() => resources.Insert(resource));
        deleted.Add(resource);
    }

    /// <summary>Refuses further updates.</summary>
    public void Close()
    {
        Agenda.Dispose();
        lock (gate)
        {
            closed = true;
        }
    }

    public void Dispose()
    {
        Close();
        database.Dispose();
    }

    private void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e)
        {
            if (!IsClosed)
            {
                log.LogError(e, "Something planned by the emulator failed");
            }
        }
    }

    private static bool IsOutOfSpace(Exception e) => e is StateNotStoredException or IOException;

    private void Plan(DateTimeOffset due, Action body) => Agenda.At(due, () =>
    {
        lock (gate)
        {
            if (closed)
            {
                return;
            }
        }

        // On the timer's thread, where an exception would end the program.
        Guard(() =>
        {
            try
            {
                Update(body);
            }
            catch (Exception e) when (IsOutOfSpace(e))
            {
                LogNotStored(e, 1);
                Plan(Now + RetryPause, body);
            }
        });
    });

    private void Commit()
    {
        if (changed.Count + deleted.Count == 0)
        {
            return;
        }

        try
        {
            database.Commit(changed.Except(deleted), deleted);
        }
        catch (SqliteException e)
        {
            throw new StateNotStoredException(e);
        }
    }

    private void RollBack()
    {
        for (var i = undo.Count - 1; i >= 0; i--)
        {
            undo[i]();
        }

        var jobs = new HashSet<Job>();
        foreach (var resource in changed.Union(deleted))
        {
            resource.Revert();
            if (resource is BatchTask task && Jobs.TryGetValue(task.JobId, out var job))
            {
                jobs.Add(job);
            }
        }

        foreach (var job in jobs)
        {
            job.Index();
        }

        Clear();
    }

    private void Clear()
    {
        changed.Clear();
        deleted.Clear();
        undo.Clear();
        after.Clear();
        schedulingWanted = false;
    }

    private void LogNotStored(Exception e, int tries)
    {
        if (tries == 1 && !IsClosed)
        {
            log.LogError(e, "The state could not be stored; it is tried again until it can");
        }
    }

    private void Load()
    {
        Load<Pool>(Pool.ResourceKind);
        Load<Node>(Node.ResourceKind);
        Load<Job>(Job.ResourceKind);
        Load<JobSchedule>(JobSchedule.ResourceKind);
        Load<BatchTask>(BatchTask.ResourceKind);
    }

    private void Load<T>(string kind)
        where T : Resource
    {
        foreach (var resource in database.Load<T>(kind))
        {
            sequence = Math.Max(sequence, resource.Sequence);
            resources.Insert(resource);
        }
    }
}

/// <summary>The database did not take an update, mostly since the disk is full. Nothing has changed.</summary>
internal sealed class StateNotStoredException(Exception inner) : Exception("The state could not be stored: " + inner.Message, inner);
