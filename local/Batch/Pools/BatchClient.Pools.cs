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

    /// <summary>Changes the number of nodes of a pool that has no autoscale formula and is not being resized.</summary>
    public virtual ResizePoolOperation ResizePool(
        string poolId,
        BatchPoolResizeOptions resizeOptions,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        CancellationToken cancellationToken = default) =>
        new(this, poolId, _rest.Send(ResizePoolRequest(poolId, resizeOptions, timeOutInSeconds, ocpDate, requestConditions), cancellationToken));

    /// <inheritdoc cref="ResizePool"/>
    public virtual async Task<ResizePoolOperation> ResizePoolAsync(
        string poolId,
        BatchPoolResizeOptions resizeOptions,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        CancellationToken cancellationToken = default) =>
        new ResizePoolOperation(this, poolId, await _rest.SendAsync(ResizePoolRequest(poolId, resizeOptions, timeOutInSeconds, ocpDate, requestConditions), cancellationToken).ConfigureAwait(false));

    private static BatchRequest ResizePoolRequest(
        string poolId, BatchPoolResizeOptions resizeOptions, TimeSpan? timeOut, DateTimeOffset? ocpDate, RequestConditions requestConditions) =>
        new BatchRequest(nameof(ResizePool), RequestMethod.Post, $"pools/{BatchRequest.Id(poolId, nameof(poolId))}/resize")
        {
            Body = resizeOptions ?? throw new ArgumentNullException(nameof(resizeOptions)),
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Conditions = requestConditions,
            Success = [202],
        };

    /// <summary>Stops a resize; the pool keeps the nodes it has.</summary>
    public virtual StopPoolResizeOperation StopPoolResize(
        string poolId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        RequestContext context = null) =>
        new(this, poolId, _rest.Send(StopPoolResizeRequest(poolId, timeOutInSeconds, ocpDate, requestConditions), context));

    /// <inheritdoc cref="StopPoolResize"/>
    public virtual async Task<StopPoolResizeOperation> StopPoolResizeAsync(
        string poolId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        RequestContext context = null) =>
        new StopPoolResizeOperation(this, poolId, await _rest.SendAsync(StopPoolResizeRequest(poolId, timeOutInSeconds, ocpDate, requestConditions), context).ConfigureAwait(false));

    private static BatchRequest StopPoolResizeRequest(
        string poolId, TimeSpan? timeOut, DateTimeOffset? ocpDate, RequestConditions requestConditions) =>
        new BatchRequest(nameof(StopPoolResize), RequestMethod.Post, $"pools/{BatchRequest.Id(poolId, nameof(poolId))}/stopresize")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Conditions = requestConditions,
            Success = [202],
        };

    /// <summary>Removes nodes, at most 100, from a pool that is not being resized.</summary>
    public virtual RemoveNodesOperation RemoveNodes(
        string poolId,
        BatchNodeRemoveOptions removeOptions,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        CancellationToken cancellationToken = default) =>
        new(this, poolId, _rest.Send(RemoveNodesRequest(poolId, removeOptions, timeOutInSeconds, ocpDate, requestConditions), cancellationToken));

    /// <inheritdoc cref="RemoveNodes"/>
    public virtual async Task<RemoveNodesOperation> RemoveNodesAsync(
        string poolId,
        BatchNodeRemoveOptions removeOptions,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        CancellationToken cancellationToken = default) =>
        new RemoveNodesOperation(this, poolId, await _rest.SendAsync(RemoveNodesRequest(poolId, removeOptions, timeOutInSeconds, ocpDate, requestConditions), cancellationToken).ConfigureAwait(false));

    private static BatchRequest RemoveNodesRequest(
        string poolId, BatchNodeRemoveOptions removeOptions, TimeSpan? timeOut, DateTimeOffset? ocpDate, RequestConditions requestConditions) =>
        new BatchRequest(nameof(RemoveNodes), RequestMethod.Post, $"pools/{BatchRequest.Id(poolId, nameof(poolId))}/removenodes")
        {
            Body = removeOptions ?? throw new ArgumentNullException(nameof(removeOptions)),
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Conditions = requestConditions,
            Success = [202],
        };

    /// <summary>Has a formula decide the number of nodes; at most once in 30 seconds.</summary>
    public virtual Response EnablePoolAutoScale(
        string poolId,
        BatchPoolEnableAutoScaleOptions enableAutoScaleOptions,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        CancellationToken cancellationToken = default) =>
        _rest.Send(EnablePoolAutoScaleRequest(poolId, enableAutoScaleOptions, timeOutInSeconds, ocpDate, requestConditions), cancellationToken);

    /// <inheritdoc cref="EnablePoolAutoScale"/>
    public virtual Task<Response> EnablePoolAutoScaleAsync(
        string poolId,
        BatchPoolEnableAutoScaleOptions enableAutoScaleOptions,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        CancellationToken cancellationToken = default) =>
        _rest.SendAsync(EnablePoolAutoScaleRequest(poolId, enableAutoScaleOptions, timeOutInSeconds, ocpDate, requestConditions), cancellationToken);

    private static BatchRequest EnablePoolAutoScaleRequest(
        string poolId, BatchPoolEnableAutoScaleOptions enableAutoScaleOptions, TimeSpan? timeOut, DateTimeOffset? ocpDate, RequestConditions requestConditions) =>
        new BatchRequest(nameof(EnablePoolAutoScale), RequestMethod.Post, $"pools/{BatchRequest.Id(poolId, nameof(poolId))}/enableautoscale")
        {
            Body = enableAutoScaleOptions ?? throw new ArgumentNullException(nameof(enableAutoScaleOptions)),
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Conditions = requestConditions,
            Success = [200],
        };

    /// <summary>Ends autoscaling; the pool keeps its number of nodes.</summary>
    public virtual Response DisablePoolAutoScale(
        string poolId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        CancellationToken cancellationToken = default) =>
        _rest.Send(DisablePoolAutoScaleRequest(poolId, timeOutInSeconds, ocpDate), cancellationToken);

    /// <inheritdoc cref="DisablePoolAutoScale"/>
    public virtual Task<Response> DisablePoolAutoScaleAsync(
        string poolId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        CancellationToken cancellationToken = default) =>
        _rest.SendAsync(DisablePoolAutoScaleRequest(poolId, timeOutInSeconds, ocpDate), cancellationToken);

    private static BatchRequest DisablePoolAutoScaleRequest(string poolId, TimeSpan? timeOut, DateTimeOffset? ocpDate) =>
        new BatchRequest(nameof(DisablePoolAutoScale), RequestMethod.Post, $"pools/{BatchRequest.Id(poolId, nameof(poolId))}/disableautoscale")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Success = [200],
        };

    /// <summary>Evaluates a formula on a pool with autoscaling, without applying it.</summary>
    public virtual Response<AutoScaleRun> EvaluatePoolAutoScale(
        string poolId,
        BatchPoolEvaluateAutoScaleOptions evaluateAutoScaleOptions,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        CancellationToken cancellationToken = default) =>
        _rest.Get<AutoScaleRun>(EvaluatePoolAutoScaleRequest(poolId, evaluateAutoScaleOptions, timeOutInSeconds, ocpDate), cancellationToken);

    /// <inheritdoc cref="EvaluatePoolAutoScale"/>
    public virtual Task<Response<AutoScaleRun>> EvaluatePoolAutoScaleAsync(
        string poolId,
        BatchPoolEvaluateAutoScaleOptions evaluateAutoScaleOptions,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        CancellationToken cancellationToken = default) =>
        _rest.GetAsync<AutoScaleRun>(EvaluatePoolAutoScaleRequest(poolId, evaluateAutoScaleOptions, timeOutInSeconds, ocpDate), cancellationToken);

    private static BatchRequest EvaluatePoolAutoScaleRequest(
        string poolId, BatchPoolEvaluateAutoScaleOptions evaluateAutoScaleOptions, TimeSpan? timeOut, DateTimeOffset? ocpDate) =>
        new BatchRequest(nameof(EvaluatePoolAutoScale), RequestMethod.Post, $"pools/{BatchRequest.Id(poolId, nameof(poolId))}/evaluateautoscale")
        {
            Body = evaluateAutoScaleOptions ?? throw new ArgumentNullException(nameof(evaluateAutoScaleOptions)),
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Success = [200],
        };

    /// <summary>Counts the nodes of each pool by state.</summary>
    public virtual Pageable<BatchPoolNodeCounts> GetPoolNodeCounts(
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        int? maxresults = null,
        string filter = null,
        CancellationToken cancellationToken = default) =>
        _rest.List<BatchPoolNodeCounts>(GetPoolNodeCountsRequest(timeOutInSeconds, ocpDate, maxresults, filter), cancellationToken);

    /// <inheritdoc cref="GetPoolNodeCounts"/>
    public virtual AsyncPageable<BatchPoolNodeCounts> GetPoolNodeCountsAsync(
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        int? maxresults = null,
        string filter = null,
        CancellationToken cancellationToken = default) =>
        _rest.ListAsync<BatchPoolNodeCounts>(GetPoolNodeCountsRequest(timeOutInSeconds, ocpDate, maxresults, filter), cancellationToken);

    private static BatchRequest GetPoolNodeCountsRequest(TimeSpan? timeOut, DateTimeOffset? ocpDate, int? maxresults, string filter) =>
        new BatchRequest(nameof(GetPoolNodeCounts), RequestMethod.Get, "nodecounts")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Success = [200],
        }
        .With("maxresults", maxresults)
        .With("$filter", filter);

    /// <summary>Lists the core hours of pools.</summary>
    public virtual Pageable<BatchPoolUsageMetrics> GetPoolUsageMetrics(
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        int? maxresults = null,
        DateTimeOffset? starttime = null,
        DateTimeOffset? endtime = null,
        string filter = null,
        CancellationToken cancellationToken = default) =>
        _rest.List<BatchPoolUsageMetrics>(GetPoolUsageMetricsRequest(timeOutInSeconds, ocpDate, maxresults, starttime, endtime, filter), cancellationToken);

    /// <inheritdoc cref="GetPoolUsageMetrics"/>
    public virtual AsyncPageable<BatchPoolUsageMetrics> GetPoolUsageMetricsAsync(
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        int? maxresults = null,
        DateTimeOffset? starttime = null,
        DateTimeOffset? endtime = null,
        string filter = null,
        CancellationToken cancellationToken = default) =>
        _rest.ListAsync<BatchPoolUsageMetrics>(GetPoolUsageMetricsRequest(timeOutInSeconds, ocpDate, maxresults, starttime, endtime, filter), cancellationToken);

    private static BatchRequest GetPoolUsageMetricsRequest(
        TimeSpan? timeOut, DateTimeOffset? ocpDate, int? maxresults, DateTimeOffset? starttime, DateTimeOffset? endtime, string filter) =>
        new BatchRequest(nameof(GetPoolUsageMetrics), RequestMethod.Get, "poolusagemetrics")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Success = [200],
        }
        .With("maxresults", maxresults)
        .With("startTime", starttime)
        .With("endtime", endtime)
        .With("$filter", filter);

    /// <summary>Lists the images that nodes can have.</summary>
    public virtual Pageable<BatchSupportedImage> GetSupportedImages(
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        int? maxresults = null,
        string filter = null,
        CancellationToken cancellationToken = default) =>
        _rest.List<BatchSupportedImage>(GetSupportedImagesRequest(timeOutInSeconds, ocpDate, maxresults, filter), cancellationToken);

    /// <inheritdoc cref="GetSupportedImages"/>
    public virtual AsyncPageable<BatchSupportedImage> GetSupportedImagesAsync(
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        int? maxresults = null,
        string filter = null,
        CancellationToken cancellationToken = default) =>
        _rest.ListAsync<BatchSupportedImage>(GetSupportedImagesRequest(timeOutInSeconds, ocpDate, maxresults, filter), cancellationToken);

    private static BatchRequest GetSupportedImagesRequest(TimeSpan? timeOut, DateTimeOffset? ocpDate, int? maxresults, string filter) =>
        new BatchRequest(nameof(GetSupportedImages), RequestMethod.Get, "supportedimages")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Success = [200],
        }
        .With("maxresults", maxresults)
        .With("$filter", filter);
}
