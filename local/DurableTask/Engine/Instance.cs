using Microsoft.DurableTask.History;
using Microsoft.DurableTask.Sqlite;

namespace Microsoft.DurableTask.Engine;

/// <summary>
/// An instance in memory. <see cref="Mailbox"/>, <see cref="Scheduled"/> and <see cref="IdleNode"/> are guarded by the hub's lock; the rest
/// belongs to whoever runs its turn, one at a time.
/// </summary>
sealed class Instance(long number)
{
    public long Number { get; } = number;

    /// <summary>What has come in and no turn has taken.</summary>
    public List<Message> Mailbox { get; set; } = [];

    /// <summary>Whether it waits for a turn or is in one.</summary>
    public bool Scheduled { get; set; }

    /// <summary>Whether it is to get another turn after the present one.</summary>
    public bool Again { get; set; }

    /// <summary>Its place among those that may be dropped from memory.</summary>
    public LinkedListNode<Instance>? IdleNode { get; set; }

    /// <summary>Set when the instance is gone from memory or the store; a turn that finds it does nothing.</summary>
    public volatile bool Dropped;

    /// <summary>The row; <c>null</c> until it has been read.</summary>
    public InstanceRow? Row { get; set; }

    /// <summary>The turns so far; <c>null</c> while the session makes them unnecessary.</summary>
    public List<Turn>? Turns { get; set; }

    /// <summary>The orchestrator's code in memory, if it is kept.</summary>
    public OrchestratorSession? Session { get; set; }

    /// <summary>The highest place in the inbox that was taken in.</summary>
    public long LastSequence { get; set; }

    /// <summary>Activities without a result, by number.</summary>
    public HashSet<int> OpenActivities { get; } = [];

    /// <summary>Sub-orchestrations without a result: number and instance id.</summary>
    public Dictionary<int, string> OpenChildren { get; } = [];

    /// <summary>Entities that it has locked, or asked to lock.</summary>
    public List<string> OpenLocks { get; } = [];

    /// <summary>For an entity: requests that wait until they are due or the lock is released.</summary>
    public List<Message> Backlog { get; } = [];

    public TimerSet OpenTimers { get; } = new();

    /// <summary>The earliest time a wake-up is asked for; <see cref="long.MaxValue"/> when none is.</summary>
    public long NextWake { get; set; } = long.MaxValue;

    /// <summary>Whether it waits for <c>Resume</c>.</summary>
    public bool Suspended { get; set; }

    /// <summary>Whether an await of something foreign has been seen between turns.</summary>
    public volatile bool ForeignAwait;

    /// <summary>Brings what is open up to date with a turn.</summary>
    public void Apply(IReadOnlyList<HistoryRecord> incoming, IReadOnlyList<HistoryRecord> decisions)
    {
        foreach (HistoryRecord record in incoming)
        {
            switch (record.Kind)
            {
                case RecordKind.TaskCompleted or RecordKind.TaskFailed:
                    OpenActivities.Remove(record.Id);
                    break;
                case RecordKind.SubOrchestrationCompleted or RecordKind.SubOrchestrationFailed:
                    OpenChildren.Remove(record.Id);
                    break;
                case RecordKind.TimerFired:
                    OpenTimers.Remove(record.Id);
                    break;
                case RecordKind.Suspended:
                    Suspended = true;
                    break;
                case RecordKind.Resumed:
                    Suspended = false;
                    break;
                default:
                    break;
            }
        }

        foreach (HistoryRecord record in decisions)
        {
            switch (record.Kind)
            {
                case RecordKind.TaskScheduled:
                    OpenActivities.Add(record.Id);
                    break;
                case RecordKind.SubOrchestrationCreated:
                    OpenChildren.Add(record.Id, record.InstanceId!);
                    break;
                case RecordKind.EntityRequested when record.Has(RecordFlags.Lock):
                    OpenLocks.Add(record.InstanceId!);
                    break;
                case RecordKind.EntityUnlocked:
                    OpenLocks.Remove(record.InstanceId!);
                    break;
                case RecordKind.TimerCreated:
                    OpenTimers.Add(record.Id, record.FireAt, record.Time);
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>Forgets everything of a generation that has ended.</summary>
    public void StartOver()
    {
        OpenActivities.Clear();
        OpenChildren.Clear();
        OpenTimers.Clear();
        OpenLocks.Clear();
        Suspended = false;
        NextWake = long.MaxValue;
        Turns = [];
        EndSession();
    }

    /// <summary>Takes another history for the present one.</summary>
    public void StartOver(List<Turn> turns)
    {
        OpenActivities.Clear();
        OpenChildren.Clear();
        OpenTimers.Clear();
        OpenLocks.Clear();
        Turns = turns;
        turns.ForEach(turn => Apply(turn.Incoming, turn.Decisions));
    }

    public void EndSession()
    {
        Session?.Dispose();
        Session = null;
    }
}
