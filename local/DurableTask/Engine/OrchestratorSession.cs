using Microsoft.DurableTask.History;
using Microsoft.DurableTask.Sqlite;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Microsoft.DurableTask.Engine;

/// <summary>
/// An orchestrator's code in memory, from its first turn or its last replay on. It is fed turn by turn; as long as it lives nothing has
/// to be replayed.
/// </summary>
sealed partial class OrchestratorSession : IDisposable
{
    const string ForeignAwaitMessage =
        "An invalid asynchronous invocation was detected. This can be caused by awaiting non-durable tasks in an orchestrator function's "
        + "implementation or by middleware that invokes asynchronous code. An orchestrator may await only tasks that its "
        + $"{nameof(TaskOrchestrationContext)} gave it; I/O, delays and other threads belong in activities and durable timers.";

    readonly InstanceRow row;
    readonly IPayloadReader payloads;
    readonly ITaskOrchestrator orchestrator;
    readonly IServiceScope scope;
    readonly OrchestratorSynchronizationContext synchronization;
    readonly Context context;
    readonly List<HistoryRecord> buffered = [];
    List<HistoryRecord> decisions = [];
    Task<object?>? task;
    bool suspended;
    volatile bool foreignAwait;

    public OrchestratorSession(
        InstanceRow row, IPayloadReader payloads, ITaskOrchestrator orchestrator, IServiceScope scope, WorkerSettings worker, Action<InstanceRow> foreignAwaitSeen)
    {
        this.row = row;
        this.payloads = payloads;
        this.orchestrator = orchestrator;
        this.scope = scope;
        Settings = worker;
        synchronization = new OrchestratorSynchronizationContext(() =>
        {
            foreignAwait = true;
            foreignAwaitSeen(row);
        });
        context = new Context(this);
    }

    /// <summary>The worker's settings that the session was made with.</summary>
    public WorkerSettings Settings { get; }

    /// <summary>Whether the code that runs now has run before.</summary>
    public bool IsReplaying { get; private set; }

    public DateTime Now { get; private set; }

    public bool IsStarted => task is not null;

    /// <summary>Whether the orchestrator has returned or thrown.</summary>
    public bool IsCompleted => task is { IsCompleted: true };

    /// <summary>The custom status; meaningful when <see cref="CustomStatusSet"/>.</summary>
    public string? CustomStatus { get; private set; }

    public bool CustomStatusSet { get; private set; }

    /// <summary>Timers cancelled since this was last asked.</summary>
    public List<int> CancelledTimers { get; private set; } = [];

    /// <summary>How to continue as new; <c>null</c> when the orchestrator did not ask for it.</summary>
    public ContinueAsNewOptions? ContinueAsNew { get; private set; }

    public Exception? Failure => foreignAwait && !IsCompletedInTurn
        ? new InvalidOperationException(ForeignAwaitMessage)
        : task?.Exception?.InnerException ?? (task is { IsCanceled: true } ? new TaskCanceledException(task) : null);

    public string? Output => Settings.Converter.Serialize(task!.Result);

    bool IsCompletedInTurn { get; set; }

    /// <summary>Runs a stored turn again.</summary>
    /// <exception cref="NonDeterminismException">The orchestrator did something else than before.</exception>
    public void Replay(Turn turn, int number)
    {
        IsReplaying = true;
        Advance(turn.Time, turn.Incoming);
        ReplayCheck.Same(turn.Decisions, TakeDecisions(), number);
    }

    /// <summary>Runs a stored turn again, whatever comes of it.</summary>
    public List<HistoryRecord> ReplayLeniently(Turn turn)
    {
        IsReplaying = true;
        Advance(turn.Time, turn.Incoming);
        return TakeDecisions();
    }

    /// <summary>Whether a record is an event, or a result that the orchestrator waits for.</summary>
    public bool WaitsFor(HistoryRecord record) => record.Kind == RecordKind.EventRaised
        || (record.Kind is RecordKind.TaskCompleted or RecordKind.SubOrchestrationCompleted or RecordKind.TimerFired && open.ContainsKey(record.Id));

    /// <summary>Runs a new turn.</summary>
    /// <returns>What the orchestrator decided.</returns>
    public List<HistoryRecord> Run(long time, IReadOnlyList<HistoryRecord> incoming)
    {
        IsReplaying = false;
        Advance(time, incoming);
        if (IsStuck())
        {
            foreignAwait = true;
        }

        return TakeDecisions();
    }

    /// <summary>Whether an await of something foreign has shown itself.</summary>
    public bool HasForeignAwait => foreignAwait;

    /// <summary>External events that came but were not received, in order.</summary>
    public IEnumerable<HistoryRecord> UnreceivedEvents() => events.SelectMany(entry => entry.Value.Buffered)
        .Concat(buffered.Where(record => record.Kind == RecordKind.EventRaised)).OrderBy(record => record.Time);

    public void Dispose() => scope.Dispose();

    void Advance(long time, IReadOnlyList<HistoryRecord> incoming)
    {
        Now = new DateTime(time, DateTimeKind.Utc);
        synchronization.EnterTurn();
        try
        {
            if (task is null)
            {
                synchronization.Run(Start);
            }

            foreach (HistoryRecord record in incoming)
            {
                Take(record);
            }

            IsCompletedInTurn = IsCompleted && !foreignAwait;
        }
        finally
        {
            synchronization.ExitTurn();
        }
    }

    void Start()
    {
        try
        {
            string? text = row.Input?.Read(payloads);
            object? input = text is null ? null : Settings.Converter.Deserialize(text, orchestrator.InputType);
            task = orchestrator.RunAsync(context, input);
        }
#pragma warning disable CA1031 // the orchestrator's failure, whatever it is
        catch (Exception exception)
#pragma warning restore CA1031
        {
            task = Task.FromException<object?>(exception);
        }

        if (!task.IsCompleted)
        {
            // Completion outside a turn: something that is not the engine made the orchestrator go on.
            _ = task.ContinueWith(
                static (_, state) =>
                {
                    OrchestratorSession session = (OrchestratorSession)state!;
                    if (!session.synchronization.IsInTurn)
                    {
                        session.synchronization.Post(static _ => { }, null);
                    }
                },
                this,
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }
    }

    void Take(HistoryRecord record)
    {
        switch (record.Kind)
        {
            case RecordKind.Suspended:
                suspended = true;
                return;
            case RecordKind.Resumed:
                suspended = false;
                List<HistoryRecord> held = [.. buffered];
                buffered.Clear();
                held.ForEach(Deliver);
                return;
            case RecordKind.Rewound or RecordKind.Terminated:
                return;
            default:
                if (suspended)
                {
                    buffered.Add(record);
                }
                else
                {
                    Deliver(record);
                }

                return;
        }
    }

    void Deliver(HistoryRecord record) => synchronization.Run(() => OrchestratorSynchronizationContext.Complete(() =>
    {
        switch (record.Kind)
        {
            case RecordKind.TaskCompleted or RecordKind.SubOrchestrationCompleted:
                if (open.Remove(record.Id, out OpenCall? completed))
                {
                    completed.Task.Complete(record.Payload?.Read(payloads), Settings.Converter);
                }

                break;
            case RecordKind.TaskFailed or RecordKind.SubOrchestrationFailed:
                if (open.Remove(record.Id, out OpenCall? failed))
                {
                    failed.Task.Fail(new TaskFailedException(failed.Name, record.Id, record.Failure!) { Data = { [NonRetriable] = record.Has(RecordFlags.NonRetriable) } });
                }

                break;
            case RecordKind.TimerFired:
                if (open.Remove(record.Id, out OpenCall? fired))
                {
                    fired.Task.Complete(null, Settings.Converter);
                }

                break;
            case RecordKind.EventRaised:
                Raise(record);
                break;
            case RecordKind.EntityResponded:
                context.EntityResponded(record);
                break;
            default:
                break;
        }
    }));

    List<HistoryRecord> TakeDecisions()
    {
        List<HistoryRecord> taken = decisions;
        decisions = [];
        return taken;
    }

    /// <summary>An orchestrator that has not ended and waits for nothing of its context awaits something else, and would hang.</summary>
    bool IsStuck() => !IsCompleted && !suspended && open.Count == 0 && !events.Values.Any(entry => entry.Waiters.Count > 0) && !context.AwaitsEntities;
}
