using Microsoft.DurableTask.History;
using Microsoft.DurableTask.Sqlite;

namespace Microsoft.DurableTask.Engine;

/// <content>What follows once a turn is stored.</content>
partial class TaskHub
{
    /// <summary>Decides what of an instance stays in memory until its next turn.</summary>
    internal void Keep(Instance instance, Turn turn, bool ended)
    {
        if (ended)
        {
            instance.EndSession();
            instance.Turns = null;
            return;
        }

        int records = (instance.Turns?.Sum(past => past.Incoming.Count + past.Decisions.Count) ?? 0) + turn.Incoming.Count + turn.Decisions.Count;
        if (instance.Row!.Turn > ReplayedTurns || records > LongestReplay)
        {
            instance.Turns = null;
        }
        else if (instance.Turns is not null)
        {
            instance.Turns.Add(turn);
            instance.EndSession();
        }
    }

    internal void DispatchAll(List<ActivityWork> activities)
    {
        if (activities.Count == 0)
        {
            return;
        }

        lock (gate)
        {
            foreach (ActivityWork activity in activities)
            {
                Dispatch(activity);
            }
        }

        Pump();
    }

    /// <summary>Gives a new instance its first turn, or waits until it is time.</summary>
    internal void Begin(InstanceRow row)
    {
        if (row.StartAt > Now)
        {
            timers.Add(row.Number, row.StartAt);
            return;
        }

        lock (gate)
        {
            if (!resident.TryGetValue(row.Number, out Instance? instance))
            {
                instance = Admit(new Instance(row.Number));

                // Far more new instances than are kept in memory: each is read again when it gets its turn.
                if (readyTurns.Count < options.MaxResidentInstances)
                {
                    instance.Row = row;
                    instance.Turns = [];
                }
            }

            Schedule(instance);
        }

        Pump();
    }

    /// <summary>Makes sure that an instance in a turn gets another one after it.</summary>
    internal void WakeAgain(Instance instance)
    {
        lock (gate)
        {
            instance.Again = true;
        }
    }

    internal void SetWake(Instance instance)
    {
        if (instance.OpenTimers.Count == 0)
        {
            instance.NextWake = long.MaxValue;
            return;
        }

        long first = instance.OpenTimers.Earliest;
        if (first != instance.NextWake)
        {
            instance.NextWake = first;
            timers.Add(instance.Number, first);
        }
    }
}
