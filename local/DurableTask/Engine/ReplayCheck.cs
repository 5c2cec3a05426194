using System.Globalization;
using Microsoft.DurableTask.History;

namespace Microsoft.DurableTask.Engine;

/// <summary>Compares what an orchestrator does in a replay with what it did before.</summary>
static class ReplayCheck
{
    public static bool AreSame(IReadOnlyList<HistoryRecord> expected, IReadOnlyList<HistoryRecord> actual) =>
        expected.Count == actual.Count && expected.Zip(actual).All(pair =>
            pair.First.Kind == pair.Second.Kind && pair.First.Id == pair.Second.Id && SameTarget(pair.First, pair.Second));

    /// <exception cref="NonDeterminismException">They differ; the message says where, what was expected and what came.</exception>
    public static void Same(IReadOnlyList<HistoryRecord> expected, IReadOnlyList<HistoryRecord> actual, int turn)
    {
        int count = Math.Max(expected.Count, actual.Count);
        for (int i = 0; i < count; i++)
        {
            HistoryRecord? was = i < expected.Count ? expected[i] : null;
            HistoryRecord? now = i < actual.Count ? actual[i] : null;
            if (was is null || now is null || was.Kind != now.Kind || was.Id != now.Id || !SameTarget(was, now))
            {
                throw new NonDeterminismException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"Non-Deterministic workflow detected: in turn {turn}, decision {i}, a previous execution of this orchestration {Describe(was)}, "
                    + $"but the current replay execution {Describe(now)}. Was a change made to the orchestrator code after this instance had already started running? "
                    + $"Expected: {Short(was)}. Actual: {Short(now)}."));
            }
        }
    }

    static bool SameTarget(HistoryRecord was, HistoryRecord now) => was.Kind switch
    {
        RecordKind.TaskScheduled or RecordKind.EventSent or RecordKind.EntityRequested
            => string.Equals(was.Name, now.Name, StringComparison.OrdinalIgnoreCase) && was.InstanceId == now.InstanceId,
        RecordKind.SubOrchestrationCreated => string.Equals(was.Name, now.Name, StringComparison.OrdinalIgnoreCase),
        _ => true,
    };

    static string Describe(HistoryRecord? record)
    {
        if (record is null)
        {
            return "did nothing more";
        }

        string id = record.Id.ToString(CultureInfo.InvariantCulture);
        return record.Kind switch
        {
            RecordKind.TaskScheduled => $"scheduled an activity task with sequence ID {id} and name '{record.Name}'",
            RecordKind.SubOrchestrationCreated =>
                $"scheduled a sub-orchestration task with sequence ID {id}, name '{record.Name}' and instance ID '{record.InstanceId}'",
            RecordKind.TimerCreated => $"scheduled a timer task with sequence ID {id}",
            RecordKind.EventSent => $"sent an event with sequence ID {id}, name '{record.Name}' to instance ID '{record.InstanceId}'",
            RecordKind.EntityRequested => $"sent operation '{record.Name}' with sequence ID {id} to entity '{record.InstanceId}'",
            RecordKind.EntityUnlocked => $"released a lock with sequence ID {id}",
            RecordKind.Completed => "ended",
            _ => $"did {record.Kind}",
        };
    }

    static string Short(HistoryRecord? record) => record is null
        ? "nothing"
        : string.Create(CultureInfo.InvariantCulture, $"{record.Kind} #{record.Id}{(record.Name is null ? string.Empty : $" '{record.Name}'")}");
}
