using System.Globalization;
using DurableMl.Local.BatchEmulator.Jobs;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.Tasks;

/// <summary>What a task waits for: tasks by id, and ranges of tasks whose ids are integers.</summary>
internal static class TaskDependencies
{
    /// <summary>Stands for ranges, which can be long, where ids are listed.</summary>
    public const string Ranges = "";

    /// <summary>Whether everything the task depends on is there, completed, and lets dependents run.</summary>
    public static bool AreSatisfied(Job job, BatchTask task)
    {
        if (task.Definition.Object("dependsOn") is not { } dependencies)
        {
            return true;
        }

        return dependencies.Texts("taskIds").All(Satisfied)
            && dependencies.Objects("taskIdRanges").All(range => Ids(range.Integer("start")!.Value, range.Integer("end")!.Value).All(Satisfied));

        bool Satisfied(string id) => job.Tasks.TryGetValue(id, out var other) && other.State.Current == TaskState.Completed && other.SatisfiesDependents;
    }

    /// <summary>The ids the task names, and <see cref="Ranges"/> if it names ranges.</summary>
    public static IEnumerable<string> Names(BatchTask task)
    {
        var dependencies = task.Definition.Object("dependsOn")!;
        var ids = dependencies.Texts("taskIds");
        return dependencies.Objects("taskIdRanges").Any() ? ids.Append(Ranges) : ids;
    }

    private static IEnumerable<string> Ids(int start, int end)
    {
        for (long id = start; id <= end; id++)
        {
            yield return id.ToString(CultureInfo.InvariantCulture);
        }
    }
}
