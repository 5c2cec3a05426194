using System.Globalization;
using DurableMl.Local.BatchEmulator.Jobs;
using DurableMl.Local.BatchEmulator.JobSchedules;
using DurableMl.Local.BatchEmulator.Nodes;
using DurableMl.Local.BatchEmulator.Pools;
using DurableMl.Local.BatchEmulator.Tasks;

namespace DurableMl.Local.BatchEmulator.State;

/// <summary>
/// Everything the account holds, in memory, behind one lock; what an update changed is committed to the database before the
/// update returns. Scheduling runs at the end of an update, inside it; what touches the outside (processes, files) runs after it.
/// </summary>
internal sealed class BatchAccount : IDisposable
{
    private readonly Lock gate = new();
    private readonly StateDatabase database;
    private readonly HashSet<Resource> changed = [];
    private readonly HashSet<Resource> deleted = [];
    private readonly List<Action> after = [];
    private readonly ILogger<BatchAccount> log;
    private long sequence;
    private long lastETag;
    private int depth;
    private bool schedulingWanted;
    private bool closed;

    public BatchAccount(StateDatabase database, TimeProvider clock, ILogger<BatchAccount> log)
    {
        this.log = log;
        this.database = database;
        Clock = clock;
        Agenda = new Agenda(clock);
        Load();
    }

    public TimeProvider Clock { get; }

    public Agenda Agenda { get; }

    public DateTimeOffset Now => Clock.GetUtcNow();

    public Dictionary<string, Pool> Pools { get; } = new(StringComparer.OrdinalIgnoreCase);

    public Dictionary<string, Job> Jobs { get; } = new(StringComparer.OrdinalIgnoreCase);

    public Dictionary<string, JobSchedule> JobSchedules { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Set once what an earlier emulator left has been brought in order.</summary>
    public volatile bool IsOpen;

    /// <summary>Assigns tasks to nodes; called inside an update that asked for it.</summary>
    public Action? Schedule { get; set; }

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

    /// <summary>Changes under the lock, then commits. After the account is closed nothing changes any more.</summary>
    public void Update(Action body) => Update(() =>
    {
        body();
        return true;
    });

    /// <inheritdoc cref="Update(Action)"/>
    public T Update<T>(Func<T> body)
    {
        Action[] actions = [];
        T result;
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(closed, this);
            depth++;
            try
            {
                result = body();
                while (depth == 1 && schedulingWanted)
                {
                    schedulingWanted = false;
                    Schedule?.Invoke();
                }
            }
            finally
            {
                if (--depth == 0)
                {
                    if (changed.Count + deleted.Count > 0)
                    {
                        database.Commit(changed.Except(deleted), deleted);
                        changed.Clear();
                        deleted.Clear();
                    }

                    actions = [.. after];
                    after.Clear();
                }
            }
        }

        foreach (var action in actions)
        {
            Guard(action);
        }

        return result;
    }

    /// <summary>At the time, inside an update, unless the account is closed by then.</summary>
    public void At(DateTimeOffset due, Action body) => Agenda.At(due, () =>
    {
        lock (gate)
        {
            if (closed)
            {
                return;
            }
        }

        // On the timer's thread, where an exception would end the program.
        Guard(() => Update(body));
    });

    /// <summary>After the running update has been committed, outside the lock.</summary>
    public void After(Action action) => after.Add(action);

    /// <summary>Tasks or nodes may have become available.</summary>
    public void WantScheduling() => schedulingWanted = true;

    /// <summary>New in the account.</summary>
    public void Added(Resource resource)
    {
        resource.Sequence = ++sequence;
        resource.CreationTime = Now;
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

    /// <summary>Gone from the account.</summary>
    public void Deleted(Resource resource) => deleted.Add(resource);

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

    private void Load()
    {
        foreach (var pool in database.Load<Pool>(Pool.ResourceKind))
        {
            Pools.Add(pool.Id, Seen(pool));
        }

        foreach (var node in database.Load<Node>(Node.ResourceKind))
        {
            Pools[node.PoolId].Nodes.Add(Seen(node));
        }

        foreach (var job in database.Load<Job>(Job.ResourceKind))
        {
            Jobs.Add(job.Id, Seen(job));
        }

        foreach (var schedule in database.Load<JobSchedule>(JobSchedule.ResourceKind))
        {
            JobSchedules.Add(schedule.Id, Seen(schedule));
        }

        foreach (var task in database.Load<BatchTask>(BatchTask.ResourceKind))
        {
            Jobs[task.JobId].Add(Seen(task));
        }
    }

    private T Seen<T>(T resource)
        where T : Resource
    {
        sequence = Math.Max(sequence, resource.Sequence);
        return resource;
    }
}
