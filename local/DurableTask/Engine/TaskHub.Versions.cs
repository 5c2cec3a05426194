using Microsoft.DurableTask.Abstractions;
using Microsoft.DurableTask.Sqlite;
using Microsoft.DurableTask.Worker;

namespace Microsoft.DurableTask.Engine;

/// <content>Which worker takes which orchestration.</content>
partial class TaskHub
{
    /// <summary>Whether the worker takes the orchestration; if not, it is put aside for another worker or another time.</summary>
    bool IsWelcome(Instance instance, WorkerSettings settings)
    {
        InstanceRow row = instance.Row!;
        bool welcome = PassesFilter(row, settings) && PassesWorkItemFilter(row, settings)
            && (settings.Options.Versioning is not { FailureStrategy: DurableTaskWorkerOptions.VersionFailureStrategy.Reject } versioning
                || VersionMatches(row.Version, versioning));
        if (!welcome)
        {
            lock (gate)
            {
                parked.Add(row.Number);
            }

            timers.Add(row.Number, Now + RetryDelay.Ticks);
        }

        return welcome;
    }

    static bool PassesFilter(InstanceRow row, WorkerSettings settings)
    {
#pragma warning disable CS0618 // experimental, but part of the contract
        if (settings.Options.OrchestrationFilter is not { } filter)
        {
            return true;
        }

        // A filter that really waits would hold up a turn; the contract has it asynchronous, in practice it looks into sets.
        return filter.IsOrchestrationValidAsync(new OrchestrationFilterParameters { Name = row.Name, Tags = row.Tags ?? new Dictionary<string, string>() })
            .AsTask().GetAwaiter().GetResult();
#pragma warning restore CS0618
    }

    static bool PassesWorkItemFilter(InstanceRow row, WorkerSettings settings) => settings.Filters is not { Orchestrations.Count: > 0 } filters
        || filters.Orchestrations.Any(filter => string.Equals(filter.Name, row.Name, StringComparison.OrdinalIgnoreCase)
            && (filter.Versions.Count == 0 || filter.Versions.Contains(row.Version, StringComparer.OrdinalIgnoreCase)));

    static TaskFailureDetails? VersionMismatch(InstanceRow row, WorkerSettings settings)
    {
        if (settings.Options.Versioning is not { FailureStrategy: DurableTaskWorkerOptions.VersionFailureStrategy.Fail } versioning
            || VersionMatches(row.Version, versioning))
        {
            return null;
        }

        string relation = versioning.MatchStrategy == DurableTaskWorkerOptions.VersionMatchStrategy.Strict
            ? $"does not match the worker version '{versioning.Version}'"
            : $"is greater than the worker version '{versioning.Version}'";
        return new TaskFailureDetails("VersionMismatch", $"The orchestration version '{row.Version}' {relation}.", null, null, null);
    }

    static bool VersionMatches(string version, DurableTaskWorkerOptions.VersioningOptions versioning) => versioning.MatchStrategy switch
    {
        DurableTaskWorkerOptions.VersionMatchStrategy.Strict => TaskOrchestrationVersioningUtils.CompareVersions(version, versioning.Version) == 0,
        DurableTaskWorkerOptions.VersionMatchStrategy.CurrentOrOlder => TaskOrchestrationVersioningUtils.CompareVersions(version, versioning.Version) <= 0,
        _ => true,
    };
}
