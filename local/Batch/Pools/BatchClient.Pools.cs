using Azure.Core;

namespace Azure.Compute.Batch;

public partial class BatchClient
{
    /// <summary>Creates a pool.</summary>
    public virtual Response CreatePool(
        BatchPoolCreateOptions pool,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        CancellationToken cancellationToken = default) =>
        _rest.Send(CreatePoolRequest(pool, timeOutInSeconds, ocpDate), cancellationToken);

    /// <inheritdoc cref="CreatePool"/>
    public virtual Task<Response> CreatePoolAsync(
        BatchPoolCreateOptions pool,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        CancellationToken cancellationToken = default) =>
        _rest.SendAsync(CreatePoolRequest(pool, timeOutInSeconds, ocpDate), cancellationToken);

    private static BatchRequest CreatePoolRequest(BatchPoolCreateOptions pool, TimeSpan? timeOut, DateTimeOffset? ocpDate) =>
        new BatchRequest(nameof(CreatePool), RequestMethod.Post, "pools")
        {
            Body = pool ?? throw new ArgumentNullException(nameof(pool)),
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Success = [201],
        };

    /// <summary>Gets a pool.</summary>
    public virtual Response<BatchPool> GetPool(
        string poolId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        IEnumerable<string> select = null,
        IEnumerable<string> expand = null,
        CancellationToken cancellationToken = default) =>
        _rest.Get<BatchPool>(GetPoolRequest(poolId, timeOutInSeconds, ocpDate, requestConditions, select, expand), cancellationToken);

    /// <inheritdoc cref="GetPool"/>
    public virtual Task<Response<BatchPool>> GetPoolAsync(
        string poolId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        IEnumerable<string> select = null,
        IEnumerable<string> expand = null,
        CancellationToken cancellationToken = default) =>
        _rest.GetAsync<BatchPool>(GetPoolRequest(poolId, timeOutInSeconds, ocpDate, requestConditions, select, expand), cancellationToken);

    private static BatchRequest GetPoolRequest(
        string poolId, TimeSpan? timeOut, DateTimeOffset? ocpDate, RequestConditions requestConditions, IEnumerable<string> select, IEnumerable<string> expand) =>
        new BatchRequest(nameof(GetPool), RequestMethod.Get, $"pools/{BatchRequest.Id(poolId, nameof(poolId))}")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Conditions = requestConditions,
            Success = [200],
        }
        .With("$select", select)
        .With("$expand", expand);

    /// <summary>Lists the account's pools.</summary>
    public virtual Pageable<BatchPool> GetPools(
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        int? maxresults = null,
        string filter = null,
        IEnumerable<string> select = null,
        IEnumerable<string> expand = null,
        CancellationToken cancellationToken = default) =>
        _rest.List<BatchPool>(GetPoolsRequest(timeOutInSeconds, ocpDate, maxresults, filter, select, expand), cancellationToken);

    /// <inheritdoc cref="GetPools"/>
    public virtual AsyncPageable<BatchPool> GetPoolsAsync(
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        int? maxresults = null,
        string filter = null,
        IEnumerable<string> select = null,
        IEnumerable<string> expand = null,
        CancellationToken cancellationToken = default) =>
        _rest.ListAsync<BatchPool>(GetPoolsRequest(timeOutInSeconds, ocpDate, maxresults, filter, select, expand), cancellationToken);

    private static BatchRequest GetPoolsRequest(
        TimeSpan? timeOut, DateTimeOffset? ocpDate, int? maxresults, string filter, IEnumerable<string> select, IEnumerable<string> expand) =>
        new BatchRequest(nameof(GetPools), RequestMethod.Get, "pools")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Success = [200],
        }
        .With("maxresults", maxresults)
        .With("$filter", filter)
        .With("$select", select)
        .With("$expand", expand);

    /// <summary>Whether there is a pool of that name.</summary>
    public virtual Response<bool> PoolExists(
        string poolId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpdate = null,
        RequestConditions requestConditions = null,
        RequestContext context = null) =>
        _rest.Exists(PoolExistsRequest(poolId, timeOutInSeconds, ocpdate, requestConditions), context);

    /// <inheritdoc cref="PoolExists"/>
    public virtual Task<Response<bool>> PoolExistsAsync(
        string poolId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpdate = null,
        RequestConditions requestConditions = null,
        RequestContext context = null) =>
        _rest.ExistsAsync(PoolExistsRequest(poolId, timeOutInSeconds, ocpdate, requestConditions), context);

    private static BatchRequest PoolExistsRequest(
        string poolId, TimeSpan? timeOut, DateTimeOffset? ocpDate, RequestConditions requestConditions) =>
        new BatchRequest(nameof(PoolExists), RequestMethod.Head, $"pools/{BatchRequest.Id(poolId, nameof(poolId))}")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Conditions = requestConditions,
            Success = [200, 404],
        };

    /// <summary>Changes the given properties of a pool.</summary>
    public virtual Response UpdatePool(
        string poolId,
        BatchPoolUpdateOptions pool,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpdate = null,
        RequestConditions requestConditions = null,
        CancellationToken cancellationToken = default) =>
        _rest.Send(UpdatePoolRequest(poolId, pool, timeOutInSeconds, ocpdate, requestConditions), cancellationToken);

    /// <inheritdoc cref="UpdatePool"/>
    public virtual Task<Response> UpdatePoolAsync(
        string poolId,
        BatchPoolUpdateOptions pool,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpdate = null,
        RequestConditions requestConditions = null,
        CancellationToken cancellationToken = default) =>
        _rest.SendAsync(UpdatePoolRequest(poolId, pool, timeOutInSeconds, ocpdate, requestConditions), cancellationToken);

    private static BatchRequest UpdatePoolRequest(
        string poolId, BatchPoolUpdateOptions pool, TimeSpan? timeOut, DateTimeOffset? ocpDate, RequestConditions requestConditions) =>
        new BatchRequest(nameof(UpdatePool), RequestMethod.Patch, $"pools/{BatchRequest.Id(poolId, nameof(poolId))}")
        {
            Body = pool ?? throw new ArgumentNullException(nameof(pool)),
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Conditions = requestConditions,
            Success = [200],
        };

    /// <summary>Replaces the changeable properties of a pool; those not given are removed.</summary>
    public virtual Response ReplacePoolProperties(
        string poolId,
        BatchPoolReplaceOptions pool,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        CancellationToken cancellationToken = default) =>
        _rest.Send(ReplacePoolPropertiesRequest(poolId, pool, timeOutInSeconds, ocpDate), cancellationToken);

    /// <inheritdoc cref="ReplacePoolProperties"/>
    public virtual Task<Response> ReplacePoolPropertiesAsync(
        string poolId,
        BatchPoolReplaceOptions pool,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        CancellationToken cancellationToken = default) =>
        _rest.SendAsync(ReplacePoolPropertiesRequest(poolId, pool, timeOutInSeconds, ocpDate), cancellationToken);

    private static BatchRequest ReplacePoolPropertiesRequest(
        string poolId, BatchPoolReplaceOptions pool, TimeSpan? timeOut, DateTimeOffset? ocpDate) =>
        new BatchRequest(nameof(ReplacePoolProperties), RequestMethod.Post, $"pools/{BatchRequest.Id(poolId, nameof(poolId))}/updateproperties")
        {
            Body = pool ?? throw new ArgumentNullException(nameof(pool)),
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Success = [204],
        };

    /// <summary>Deletes a pool with its nodes.</summary>
    public virtual DeletePoolOperation DeletePool(
        string poolId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        RequestContext context = null) =>
        new(this, poolId, _rest.Send(DeletePoolRequest(poolId, timeOutInSeconds, ocpDate, requestConditions), context));

    /// <inheritdoc cref="DeletePool"/>
    public virtual async Task<DeletePoolOperation> DeletePoolAsync(
        string poolId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        RequestContext context = null) =>
        new DeletePoolOperation(this, poolId, await _rest.SendAsync(DeletePoolRequest(poolId, timeOutInSeconds, ocpDate, requestConditions), context).ConfigureAwait(false));

    private static BatchRequest DeletePoolRequest(
        string poolId, TimeSpan? timeOut, DateTimeOffset? ocpDate, RequestConditions requestConditions) =>
        new BatchRequest(nameof(DeletePool), RequestMethod.Delete, $"pools/{BatchRequest.Id(poolId, nameof(poolId))}")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Conditions = requestConditions,
            Success = [202],
        };
}
