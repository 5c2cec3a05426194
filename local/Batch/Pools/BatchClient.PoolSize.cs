using Azure.Core;

namespace Azure.Compute.Batch;

public partial class BatchClient
{
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
}
