using System.Diagnostics;
using Microsoft.DurableTask.Diagnostics;
using Microsoft.DurableTask.History;
using Microsoft.DurableTask.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Microsoft.DurableTask.Engine;

/// <summary>
/// The engine on one file. What it holds in memory can always be read again from the file: when storing fails, it forgets everything
/// and starts over from there.
/// </summary>
sealed partial class TaskHub : IAsyncDisposable
{
    readonly Lock gate = new();
    readonly Dictionary<long, Instance> resident = [];
    readonly LinkedList<Instance> idle = new();
    readonly Queue<Instance> readyTurns = new();
    readonly Queue<ActivityWork> readyActivities = new();
    readonly Dictionary<ActivityKey, ActivityWork> dispatched = [];
    readonly List<WorkerConnection> workers = [];
    readonly HashSet<long> parked = [];
    readonly List<ActivityWork> parkedActivities = [];
    readonly SqliteTaskHubOptions options;
    readonly TimeProvider time;
    readonly WakeTimer timers;
    readonly CommitQueue commits;
    readonly CancellationTokenSource stopping = new();
    readonly CancellationToken stopped;
    ILogger logger = NullLogger.Instance;
    bool recovering;
    bool closed;

    public TaskHub(SqliteTaskHubOptions options)
    {
        this.options = options;
        time = options.TimeProvider;
        stopped = stopping.Token;
        Store = new Store(options);
        timers = new WakeTimer(time, Wake);
        commits = new CommitQueue(Store.Writer, Broken);
        Recover();
        _ = RetainAsync();
    }

    public Store Store { get; }

    public SqliteTaskHubOptions Options => options;

    long Now => time.GetUtcNow().UtcTicks;

    /// <summary>Gives a worker the work from now on.</summary>
    public WorkerConnection Attach(WorkerSettings settings)
    {
        WorkerConnection worker = new(settings);
        logger = settings.Logger;
        List<long> retry;
        lock (gate)
        {
            workers.Add(worker);
            retry = [.. parked];
            parked.Clear();
            parkedActivities.ForEach(readyActivities.Enqueue);
            parkedActivities.Clear();
        }

        retry.ForEach(Wake);
        Pump();
        return worker;
    }

    /// <summary>Takes the work away from a worker; what it was running is given to another one.</summary>
    public async Task DetachAsync(WorkerConnection worker, TimeSpan grace, CancellationToken cancellation)
    {
        lock (gate)
        {
            worker.Detached = true;
            workers.Remove(worker);
        }

        // Results that come in time need not be worked for again.
        long started = Stopwatch.GetTimestamp();
        while (IsBusy(worker) && Stopwatch.GetElapsedTime(started) < grace && !cancellation.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), CancellationToken.None);
        }

        lock (gate)
        {
            foreach (ActivityWork work in dispatched.Values.Where(work => work.Worker == worker))
            {
                work.Worker = null;
                readyActivities.Enqueue(work);
                Meters.QueuedActivities.Add(1);
            }

            foreach (Instance instance in resident.Values.Where(instance => instance is { Scheduled: false, Session: not null } && instance.Session.Settings == worker.Settings))
            {
                instance.EndSession();
                instance.Row = null;
            }
        }

        Pump();
    }

    public async ValueTask DisposeAsync()
    {
        lock (gate)
        {
            closed = true;
        }

        await stopping.CancelAsync();
        timers.Dispose();
        await commits.CloseAsync();
        Forget();
        Store.Dispose();
        stopping.Dispose();
    }

    bool IsBusy(WorkerConnection worker)
    {
        lock (gate)
        {
            return worker.Turns.Running + worker.Activities.Running + worker.Entities.Running > 0;
        }
    }

    /// <summary>Hands a message that is stored (or can be found out again) to its instance.</summary>
    internal void Deliver(long number, Message message)
    {
        lock (gate)
        {
            if (closed)
            {
                return;
            }

            if (!resident.TryGetValue(number, out Instance? instance))
            {
                instance = Admit(new Instance(number));
            }

            if (message.Sequence == 0 || instance.Row is not null || instance.Scheduled)
            {
                instance.Mailbox.Add(message);
            }

            Schedule(instance);
        }

        Pump();
    }

    /// <summary>Gives an instance a turn, in which it looks for what is due.</summary>
    internal void Wake(long number)
    {
        lock (gate)
        {
            if (closed)
            {
                return;
            }

            if (!resident.TryGetValue(number, out Instance? instance))
            {
                instance = Admit(new Instance(number));
            }

            if (instance.Scheduled)
            {
                instance.Again = true;
            }

            Schedule(instance);
        }

        Pump();
    }

    Instance Admit(Instance instance)
    {
        resident.Add(instance.Number, instance);
        Meters.LiveInstances.Add(1);
        return instance;
    }

    void Schedule(Instance instance)
    {
        if (instance.Scheduled)
        {
            return;
        }

        instance.Scheduled = true;
        if (instance.IdleNode is not null)
        {
            idle.Remove(instance.IdleNode);
            instance.IdleNode = null;
        }

        readyTurns.Enqueue(instance);
        Meters.QueuedTurns.Add(1);
    }

    /// <summary>Ends the turn of an instance; gives it another one if more has come in.</summary>
    internal void Finish(Instance instance)
    {
        lock (gate)
        {
            if (instance.Dropped)
            {
                return;
            }

            instance.Scheduled = false;
            if (instance.Row is null or { IsTerminal: true } && instance.Mailbox.Count == 0)
            {
                Drop(instance);
            }
            else if ((instance.Mailbox.Count > 0 || instance.Again) && !IsWaitingToStart(instance))
            {
                instance.Again = false;
                Schedule(instance);
            }
            else
            {
                instance.IdleNode = idle.AddLast(instance);
                while (resident.Count > options.MaxResidentInstances && idle.First is { } oldest)
                {
                    Drop(oldest.Value);
                }
            }
        }

        Pump();
    }

    bool IsWaitingToStart(Instance instance) => instance.Row is { Turn: 0 } row && row.StartAt > Now;

    void Drop(Instance instance)
    {
        if (instance.Dropped)
        {
            return;
        }

        instance.Dropped = true;
        instance.EndSession();
        resident.Remove(instance.Number);
        Meters.LiveInstances.Add(-1);
        if (instance.IdleNode is not null)
        {
            idle.Remove(instance.IdleNode);
            instance.IdleNode = null;
        }
    }

    internal void DropIfResident(long number)
    {
        lock (gate)
        {
            if (resident.TryGetValue(number, out Instance? instance))
            {
                Drop(instance);
            }
        }
    }

    void Dispatch(ActivityWork work)
    {
        if (dispatched.TryAdd(work.Key, work))
        {
            readyActivities.Enqueue(work);
            Meters.QueuedActivities.Add(1);
        }
    }

    /// <summary>Starts as much as the workers may run.</summary>
    void Pump()
    {
        while (true)
        {
            Instance? instance = null;
            ActivityWork? activity = null;
            WorkerConnection worker;
            lock (gate)
            {
                if (closed || recovering || workers.Count == 0)
                {
                    return;
                }

                WorkerConnection? free = workers.Find(candidate => candidate.Turns.HasRoom);
                if (free is not null && readyTurns.TryDequeue(out instance))
                {
                    Meters.QueuedTurns.Add(-1);
                    worker = free;
                    worker.Turns.Enter();
                }
                else if (NextActivity(out WorkerConnection? runner) is { } next)
                {
                    activity = next;
                    readyActivities.Dequeue();
                    Meters.QueuedActivities.Add(-1);
                    worker = runner!;
                    activity.Worker = worker;
                    worker.Activities.Enter();
                }
                else
                {
                    return;
                }
            }

            if (instance is not null)
            {
                ThreadPool.UnsafeQueueUserWorkItem(static work => work.Hub.RunTurn(work.Instance, work.Worker), new TurnWork(this, instance, worker), preferLocal: true);
            }
            else
            {
                ThreadPool.UnsafeQueueUserWorkItem(static work => _ = work.Hub.RunActivityAsync(work.Activity, work.Worker), new ActivityRun(this, activity!, worker), preferLocal: true);
            }
        }
    }

    void ExitTurn(WorkerConnection worker)
    {
        lock (gate)
        {
            worker.Turns.Exit();
        }
    }

    /// <summary>The first activity in the queue and the worker for it: one that has it, if any has; none while that one is busy.</summary>
    ActivityWork? NextActivity(out WorkerConnection? worker)
    {
        while (readyActivities.TryPeek(out ActivityWork? work))
        {
            string name = work.Call.Name!;
            worker = workers.Find(candidate => HasActivity(candidate, name) && Takes(candidate, work)) ?? workers.Find(candidate => Takes(candidate, work));
            if (worker is not null)
            {
                return worker.Activities.HasRoom ? work : null;
            }

            // No worker takes it: it makes way for others until another worker comes.
            parkedActivities.Add(readyActivities.Dequeue());
        }

        worker = null;
        return null;
    }

    /// <summary>The settings of the worker, or of another one if only that has the task.</summary>
    WorkerSettings SettingsFor(WorkerConnection worker, Predicate<WorkerConnection> hasTask)
    {
        if (hasTask(worker))
        {
            return worker.Settings;
        }

        lock (gate)
        {
            return (workers.Find(hasTask) ?? worker).Settings;
        }
    }

    static bool Takes(WorkerConnection worker, ActivityWork work) => worker.Settings.Filters is not { Activities.Count: > 0 } filters
        || filters.Activities.Any(filter => string.Equals(filter.Name, work.Call.Name, StringComparison.OrdinalIgnoreCase)
            && (filter.Versions.Count == 0 || filter.Versions.Contains(work.Call.Version ?? string.Empty, StringComparer.OrdinalIgnoreCase)));

    static bool HasEntity(WorkerConnection worker, string name) =>
        worker.Settings.Factory is not Worker.DurableTaskFactory factory || factory.HasEntity(name);

    static bool HasActivity(WorkerConnection worker, string name) =>
        worker.Settings.Factory is not Worker.DurableTaskFactory factory || factory.HasActivity(name);

    static bool HasOrchestrator(WorkerConnection worker, string name) =>
        worker.Settings.Factory is not Worker.DurableTaskFactory factory || factory.HasOrchestrator(name);

    readonly record struct TurnWork(TaskHub Hub, Instance Instance, WorkerConnection Worker);

    readonly record struct ActivityRun(TaskHub Hub, ActivityWork Activity, WorkerConnection Worker);
}
