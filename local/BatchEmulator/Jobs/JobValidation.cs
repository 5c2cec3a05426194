using System.Globalization;
using System.Text.Json.Nodes;
using DurableMl.Local.BatchEmulator.Pools;
using DurableMl.Local.BatchEmulator.Tasks;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.Jobs;

/// <summary>What a job's definition must satisfy beyond its form.</summary>
internal static class JobValidation
{
    /// <summary>The properties that PATCH and PUT change.</summary>
    public static IReadOnlyList<string> Changeable { get; } =
        ["priority", "maxParallelTasks", "allowTaskPreemption", "constraints", "poolInfo", "onAllTasksComplete", "metadata", "networkConfiguration"];

    /// <summary>Checks a new job.</summary>
    public static void Check(JsonObject job)
    {
        Identifiers.Check("id", job.Text("id")!);
        CheckSpecification(job);
    }

    /// <summary>Checks a job's definition without its id.</summary>
    public static void CheckSpecification(JsonObject job)
    {
        CheckChanges(job);
        var pool = job.Object("poolInfo")!;
        if (pool.ContainsKey("poolId") == pool.ContainsKey("autoPoolSpecification"))
        {
            throw BatchErrors.InvalidProperty("poolInfo", pool.ToJsonString(), "Exactly one of poolId and autoPoolSpecification is needed.");
        }

        if (pool.Object("autoPoolSpecification") is { } auto)
        {
            if (auto.Text("autoPoolIdPrefix") is { Length: > 20 } prefix)
            {
                throw BatchErrors.InvalidProperty("poolInfo.autoPoolSpecification.autoPoolIdPrefix", prefix, "The prefix has at most 20 characters.");
            }

            PoolValidation.CheckSpecification(
                auto.Object("pool") ?? throw BatchErrors.MissingProperty("poolInfo.autoPoolSpecification.pool"), "poolInfo.autoPoolSpecification.pool.");
        }

        foreach (var name in (string[])["jobManagerTask", "jobPreparationTask", "jobReleaseTask"])
        {
            TaskValidation.CheckCommand(job.Object(name), name + ".");
        }

        if (job.Object("jobManagerTask") is { } manager)
        {
            Identifiers.Check("jobManagerTask.id", manager.Text("id")!);
        }

        foreach (var (setting, i) in job.Objects("commonEnvironmentSettings").Select((s, i) => (s, i)))
        {
            TaskValidation.CheckEnvironmentSetting(setting, $"commonEnvironmentSettings[{i}]");
        }

        // REST reference, JobReleaseTask.maxWallClockTime: more than 15 minutes, the default, is refused.
        if (job.Object("jobReleaseTask")?.Text("maxWallClockTime") is { } limit && (!Iso8601.TryDuration(limit, out var longest) || longest > JobPreparations.LongestRelease))
        {
            throw BatchErrors.InvalidProperty("jobReleaseTask.maxWallClockTime", limit, "The value must be at most PT15M.");
        }

        if (job.ContainsKey("jobReleaseTask") && !job.ContainsKey("jobPreparationTask"))
        {
            throw BatchErrors.InvalidProperty("jobReleaseTask", null, "A release task needs a preparation task.");
        }
    }

    /// <summary>Checks what can be changed later.</summary>
    public static void CheckChanges(JsonObject job)
    {
        if (job.Integer("priority") is { } priority and not (>= -1000 and <= 1000))
        {
            throw new BatchException(400, "OutOfRangePriority", "The priority is out of range.",
                ("PropertyName", "priority"), ("PropertyValue", priority.ToString(CultureInfo.InvariantCulture)), ("MinimumAllowed", "-1000"), ("MaximumAllowed", "1000"));
        }

        if (job.Integer("maxParallelTasks") is { } most and not (-1 or > 0))
        {
            throw BatchErrors.InvalidProperty("maxParallelTasks", most.ToString(CultureInfo.InvariantCulture), "The value must be -1 or more than 0.");
        }

        if (job.Object("constraints")?.Integer("maxTaskRetryCount") is < -1 and { } retries)
        {
            throw BatchErrors.InvalidProperty("constraints.maxTaskRetryCount", retries.ToString(CultureInfo.InvariantCulture), "The value must be -1 or more.");
        }
    }
}
