using Microsoft.DurableTask.Engine;
using Microsoft.DurableTask.Entities;
using Microsoft.DurableTask.History;
using Microsoft.DurableTask.Sqlite;

namespace Microsoft.DurableTask.Client.Entities;

/// <summary>The client for the entities of a hub in this process.</summary>
sealed class SqliteDurableEntityClient(string name, DataConverter converter, Func<CancellationToken, ValueTask<TaskHub>> open)
    : DurableEntityClient(name)
{
    const int LargestPage = 10_000;

    public override async Task SignalEntityAsync(
        EntityInstanceId id,
        string operationName,
        object? input = null,
        SignalEntityOptions? options = null,
        CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(id.Name, nameof(id));
        ArgumentException.ThrowIfNullOrEmpty(operationName);
        TaskHub hub = await open(cancellation);
        await hub.SignalEntityAsync(
            id.ToString(),
            new HistoryRecord(RecordKind.EntityRequested)
            {
                Time = hub.Options.TimeProvider.GetUtcNow().UtcTicks,
                Name = operationName,
                Payload = Payload.Of(converter.Serialize(input)),
                Flags = RecordFlags.Signal,
                FireAt = options?.SignalTime?.UtcTicks ?? 0,
            },
            cancellation);
    }

    public override async Task<EntityMetadata?> GetEntityAsync(
        EntityInstanceId id, bool includeState = true, CancellationToken cancellation = default)
    {
        TaskHub hub = await open(cancellation);
        return hub.Find(id.ToString()) is { Input: not null } row ? Metadata(hub, row, includeState) : null;
    }

    public override async Task<EntityMetadata<T>?> GetEntityAsync<T>(
        EntityInstanceId id, bool includeState = true, CancellationToken cancellation = default)
    {
        TaskHub hub = await open(cancellation);
        return hub.Find(id.ToString()) is { Input: not null } row ? Metadata<T>(hub, row, includeState) : null;
    }

    public override AsyncPageable<EntityMetadata> GetAllEntitiesAsync(EntityQuery? filter = null) => All(filter, Metadata);

    public override AsyncPageable<EntityMetadata<T>> GetAllEntitiesAsync<T>(EntityQuery? filter = null) => All(filter, Metadata<T>);

    public override async Task<CleanEntityStorageResult> CleanEntityStorageAsync(
        CleanEntityStorageRequest? request = null, bool continueUntilComplete = true, CancellationToken cancellation = default)
    {
        CleanEntityStorageRequest wanted = request ?? CleanEntityStorageRequest.Default;
        TaskHub hub = await open(cancellation);
        (int released, int removed) = await hub.CleanEntitiesAsync(wanted.ReleaseOrphanedLocks, wanted.RemoveEmptyEntities, cancellation);
        return new CleanEntityStorageResult { OrphanedLocksReleased = released, EmptyEntitiesRemoved = removed };
    }

    AsyncPageable<TMetadata> All<TMetadata>(EntityQuery? filter, Func<TaskHub, InstanceRow, bool, TMetadata> map)
        where TMetadata : notnull
    {
        EntityQuery query = filter ?? new EntityQuery();
        return Pageable.Create(async (continuation, pageSize, cancellation) =>
        {
            TaskHub hub = await open(cancellation);
            InstanceFilter condition = InstanceFilter.Entities()
                .Prefix(query.InstanceIdStartsWith).UpdatedFrom(query.LastModifiedFrom).UpdatedTo(query.LastModifiedTo)
                .After(continuation ?? query.ContinuationToken);
            if (!query.IncludeTransient)
            {
                condition.Where("input IS NOT NULL OR input_ref IS NOT NULL");
            }

            (List<InstanceRow> rows, string? next) =
                hub.Query(condition, Math.Clamp(pageSize ?? query.PageSize ?? EntityQuery.DefaultPageSize, 1, LargestPage));
            return new Page<TMetadata>([.. rows.Select(row => map(hub, row, query.IncludeState))], next);
        });
    }

    EntityMetadata Metadata(TaskHub hub, InstanceRow row, bool includeState) =>
        new(EntityInstanceId.FromString(row.Id), includeState && row.Input is not null ? new SerializedData(row.Input.Read(hub.Store), converter) : null)
        {
            LastModifiedTime = new DateTimeOffset(row.Updated, TimeSpan.Zero),
            BacklogQueueSize = hub.BacklogOf(row.Number),
            LockedBy = EntityTurn.OwnerIdOf(row),
        };

    EntityMetadata<T> Metadata<T>(TaskHub hub, InstanceRow row, bool includeState)
    {
        EntityInstanceId id = EntityInstanceId.FromString(row.Id);
        DateTimeOffset modified = new(row.Updated, TimeSpan.Zero);
        int backlog = hub.BacklogOf(row.Number);
        string? owner = EntityTurn.OwnerIdOf(row);
        return includeState && row.Input is not null
            ? new EntityMetadata<T>(id, converter.Deserialize<T>(row.Input.Read(hub.Store))) { LastModifiedTime = modified, BacklogQueueSize = backlog, LockedBy = owner }
            : new EntityMetadata<T>(id) { LastModifiedTime = modified, BacklogQueueSize = backlog, LockedBy = owner };
    }
}
