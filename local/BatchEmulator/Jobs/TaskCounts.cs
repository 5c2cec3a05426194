using System.Text.Json.Nodes;
using DurableMl.Local.BatchEmulator.Tasks;

namespace DurableMl.Local.BatchEmulator.Jobs;

/// <summary>How many tasks, and slots, of a job are in which state.</summary>
internal static class TaskCounts
{
    /// <summary>Writes BatchTaskCountsResult.</summary>
    public static JsonObject Write(Job job) => new()
    {
        ["taskCounts"] = Count(job, _ => 1),
        ["taskSlotCounts"] = Count(job, t => t.RequiredSlots),
    };

    private static JsonObject Count(Job job, Func<BatchTask, int> weight)
    {
        int active = 0, running = 0, completed = 0, succeeded = 0;
        foreach (var task in job.Ordered)
        {
            var n = weight(task);
            switch (task.State.Current)
            {
                case TaskState.Active:
                    active += n;
                    break;
                case TaskState.Completed:
                    completed += n;
                    succeeded += task.Execution.Result == "success" ? n : 0;
                    break;
                default:
                    running += n;
                    break;
            }
        }

        return new JsonObject
        {
            ["active"] = active,
            ["running"] = running,
            ["completed"] = completed,
            ["succeeded"] = succeeded,
            ["failed"] = completed - succeeded,
        };
    }
}
