using Microsoft.DurableTask.Engine;
using Microsoft.DurableTask.Sqlite;

namespace Microsoft.DurableTask.Client;

/// <content>Queries and purges.</content>
partial class SqliteDurableTaskClient
{
    /// <summary>Instances in a page at most, whatever was asked for.</summary>
    const int LargestPage = 10_000;

    public override AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null)
    {
        OrchestrationQuery query = filter ?? new OrchestrationQuery();
        return Pageable.Create(async (continuation, pageSize, cancellation) =>
        {
            TaskHub hub = await HubAsync(cancellation);
            InstanceFilter condition = InstanceFilter.Orchestrations()
                .CreatedFrom(query.CreatedFrom).CreatedTo(query.CreatedTo).Statuses(query.Statuses).Prefix(query.InstanceIdPrefix)
                .After(continuation ?? query.ContinuationToken);
            (List<InstanceRow> rows, string? next) = hub.Query(condition, Math.Clamp(pageSize ?? query.PageSize, 1, LargestPage));
            return new Page<OrchestrationMetadata>([.. rows.Select(row => Listed(hub, row, query.FetchInputsAndOutputs))], next);
        });
    }

    public override async Task<Page<string>> ListInstanceIdsAsync(
        IEnumerable<OrchestrationRuntimeStatus>? runtimeStatus = null,
        DateTimeOffset? completedTimeFrom = null,
        DateTimeOffset? completedTimeTo = null,
        int pageSize = 100,
        string? lastInstanceKey = null,
        CancellationToken cancellation = default)
    {
        TaskHub hub = await HubAsync(cancellation);
        InstanceFilter condition = InstanceFilter.Orchestrations().Terminal().Statuses(runtimeStatus)
            .CompletedFrom(completedTimeFrom).CompletedTo(completedTimeTo).After(lastInstanceKey);
        (List<InstanceRow> rows, string? next) = hub.Query(condition, Math.Clamp(pageSize, 1, LargestPage));
        return new Page<string>([.. rows.Select(row => row.Id)], next);
    }

    public override async Task<PurgeResult> PurgeInstanceAsync(
        string instanceId, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        TaskHub hub = await HubAsync(cancellation);
        return new PurgeResult(await hub.PurgeAsync(instanceId, options?.Recursive == true, cancellation));
    }

    public override async Task<PurgeResult> PurgeAllInstancesAsync(
        PurgeInstancesFilter filter, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        TaskHub hub = await HubAsync(cancellation);
        InstanceFilter condition = InstanceFilter.Orchestrations().Terminal()
            .CreatedFrom(filter.CreatedFrom).CreatedTo(filter.CreatedTo).Statuses(filter.Statuses);
        PurgeResult result = await hub.PurgeAsync(condition, options?.Recursive == true, filter.Timeout, cancellation);
        return filter.Timeout is null ? new PurgeResult(result.PurgedInstanceCount) : result;
    }

    /// <summary>An instance in a list: without being asked for, payloads come along when they are at hand, as in the official test host.</summary>
    OrchestrationMetadata Listed(TaskHub hub, InstanceRow row, bool payloads) => payloads ? Metadata(hub, row, payloads: true) : new(row.Name, row.Id)
    {
        RuntimeStatus = row.Status,
        CreatedAt = new DateTimeOffset(row.Created, TimeSpan.Zero),
        LastUpdatedAt = new DateTimeOffset(row.Updated, TimeSpan.Zero),
        SerializedInput = row.Input is { Reference: 0 } ? row.Input.Read(hub.Store) : null,
        SerializedOutput = row.Output is { Reference: 0 } ? row.Output.Read(hub.Store) : null,
        SerializedCustomStatus = row.CustomStatus,
        Tags = row.Tags ?? System.Collections.Immutable.ImmutableDictionary<string, string>.Empty,
    };
}
