using DurableTask.Core;
using DurableTask.Core.Entities;
using DurableTask.Sqlite.Storage;

namespace DurableTask.Sqlite;

/// <summary>What clients ask about entities. An entity is an instance that never finishes; its status tells whether it exists, its lock and its backlog.</summary>
internal sealed class EntityQueries(SqliteOrchestrationService service) : EntityBackendQueries
{
    private const int DefaultPageSize = 100;

    public override async Task<EntityMetadata?> GetEntityAsync(
        EntityId id, bool includeState = false, bool includeStateless = false, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        var state = includeState
            ? await service.GetOrchestrationStateAsync(id.ToString(), executionId: null)
            : await service.GetOrchestrationSummaryAsync(id.ToString());
        return state is null ? null : Metadata(state, includeState, includeStateless);
    }

    public override async Task<EntityQueryResult> QueryEntitiesAsync(EntityQuery query, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var prefix = query.InstanceIdStartsWith is { Length: > 0 } given ? given : "@";
        var (states, continuation) = await service.ListAsync(new InstanceFilter
        {
            Entities = true,
            Prefix = prefix[0] == '@' ? prefix : "@" + prefix,
            UpdatedFrom = query.LastModifiedFrom,
            UpdatedTo = query.LastModifiedTo,
            PageSize = query.PageSize is > 0 and var size ? size : DefaultPageSize,
            WithPayloads = query.IncludeState,
            Continuation = query.ContinuationToken,
        });
        return new EntityQueryResult
        {
            Results = states.Select(state => Metadata(state, query.IncludeState, query.IncludeTransient)).OfType<EntityMetadata>().ToList(),
            ContinuationToken = continuation,
        };
    }

    public override async Task<CleanEntityStorageResult> CleanEntityStorageAsync(CleanEntityStorageRequest request = default, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        var (states, continuation) = await service.ListAsync(new InstanceFilter
        {
            Entities = true,
            Prefix = "@",
            PageSize = DefaultPageSize,
            Continuation = request.ContinuationToken,
        });
        var result = new CleanEntityStorageResult { ContinuationToken = continuation };
        foreach (var state in states)
        {
            cancellation.ThrowIfCancellationRequested();
            var status = ClientEntityHelpers.GetEntityStatus(state.Status);
            if (request.ReleaseOrphanedLocks && status?.LockedBy is { } owner && !await IsRunningAsync(owner))
            {
                await service.SendTaskOrchestrationMessageAsync(
                    ClientEntityHelpers.EmitUnlockForOrphanedLock(state.OrchestrationInstance, owner).AsTaskMessage());
                result.OrphanedLocksReleased++;
            }

            if (request.RemoveEmptyEntities
                && status is { EntityExists: false, LockedBy: null, BacklogQueueSize: 0 }
                && await service.PurgeEmptyEntityAsync(state.OrchestrationInstance.InstanceId, state.Status))
            {
                result.EmptyEntitiesRemoved++;
            }
        }

        return result;
    }

    private static EntityMetadata? Metadata(OrchestrationState state, bool withState, bool withStateless)
    {
        var status = ClientEntityHelpers.GetEntityStatus(state.Status);
        if (!withStateless && status is not { EntityExists: true })
        {
            return null;
        }

        return new EntityMetadata
        {
            EntityId = EntityId.FromString(state.OrchestrationInstance.InstanceId),
            LastModifiedTime = state.LastUpdatedTime,
            BacklogQueueSize = status?.BacklogQueueSize ?? 0,
            LockedBy = status?.LockedBy,
            SerializedState = withState ? ClientEntityHelpers.GetEntityState(state.Input) : null,
        };
    }

    private async Task<bool> IsRunningAsync(string instanceId) =>
        await service.GetOrchestrationSummaryAsync(instanceId) is { OrchestrationStatus: OrchestrationStatus.Running or OrchestrationStatus.Suspended };
}
