using Azure.Core;

namespace Azure.Compute.Batch;

public partial class BatchClient
{
    /// <summary>Restarts a node.</summary>
    public virtual RebootNodeOperation RebootNode(
        string poolId,
        string nodeId,
        BatchNodeRebootOptions parameters = null,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        CancellationToken cancellationToken = default) =>
        new(this, poolId, nodeId, _rest.Send(RebootNodeRequest(poolId, nodeId, parameters, timeOutInSeconds, ocpDate), cancellationToken));

    /// <inheritdoc cref="RebootNode"/>
    public virtual async Task<RebootNodeOperation> RebootNodeAsync(
        string poolId,
        string nodeId,
        BatchNodeRebootOptions parameters = null,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        CancellationToken cancellationToken = default) =>
        new RebootNodeOperation(this, poolId, nodeId, await _rest.SendAsync(RebootNodeRequest(poolId, nodeId, parameters, timeOutInSeconds, ocpDate), cancellationToken).ConfigureAwait(false));

    private static BatchRequest RebootNodeRequest(
        string poolId, string nodeId, BatchNodeRebootOptions parameters, TimeSpan? timeOut, DateTimeOffset? ocpDate) =>
        new BatchRequest(nameof(RebootNode), RequestMethod.Post, $"pools/{BatchRequest.Id(poolId, nameof(poolId))}/nodes/{BatchRequest.Id(nodeId, nameof(nodeId))}/reboot")
        {
            Body = parameters,
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Success = [202],
        };

    /// <summary>Installs the operating system of a node anew.</summary>
    public virtual ReimageNodeOperation ReimageNode(
        string poolId,
        string nodeId,
        BatchNodeReimageOptions parameters = null,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        CancellationToken cancellationToken = default) =>
        new(this, poolId, nodeId, _rest.Send(ReimageNodeRequest(poolId, nodeId, parameters, timeOutInSeconds, ocpDate), cancellationToken));

    /// <inheritdoc cref="ReimageNode"/>
    public virtual async Task<ReimageNodeOperation> ReimageNodeAsync(
        string poolId,
        string nodeId,
        BatchNodeReimageOptions parameters = null,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        CancellationToken cancellationToken = default) =>
        new ReimageNodeOperation(this, poolId, nodeId, await _rest.SendAsync(ReimageNodeRequest(poolId, nodeId, parameters, timeOutInSeconds, ocpDate), cancellationToken).ConfigureAwait(false));

    private static BatchRequest ReimageNodeRequest(
        string poolId, string nodeId, BatchNodeReimageOptions parameters, TimeSpan? timeOut, DateTimeOffset? ocpDate) =>
        new BatchRequest(nameof(ReimageNode), RequestMethod.Post, $"pools/{BatchRequest.Id(poolId, nameof(poolId))}/nodes/{BatchRequest.Id(nodeId, nameof(nodeId))}/reimage")
        {
            Body = parameters,
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Success = [202],
        };

    /// <summary>Starts a node that was deallocated.</summary>
    public virtual StartNodeOperation StartNode(
        string poolId,
        string nodeId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestContext context = null) =>
        new(this, poolId, nodeId, _rest.Send(StartNodeRequest(poolId, nodeId, timeOutInSeconds, ocpDate), context));

    /// <inheritdoc cref="StartNode"/>
    public virtual async Task<StartNodeOperation> StartNodeAsync(
        string poolId,
        string nodeId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestContext context = null) =>
        new StartNodeOperation(this, poolId, nodeId, await _rest.SendAsync(StartNodeRequest(poolId, nodeId, timeOutInSeconds, ocpDate), context).ConfigureAwait(false));

    private static BatchRequest StartNodeRequest(string poolId, string nodeId, TimeSpan? timeOut, DateTimeOffset? ocpDate) =>
        new BatchRequest(nameof(StartNode), RequestMethod.Post, $"pools/{BatchRequest.Id(poolId, nameof(poolId))}/nodes/{BatchRequest.Id(nodeId, nameof(nodeId))}/start")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Success = [202],
        };

    /// <summary>Stops a node and releases its machine.</summary>
    public virtual DeallocateNodeOperation DeallocateNode(
        string poolId,
        string nodeId,
        BatchNodeDeallocateOptions parameters = null,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        CancellationToken cancellationToken = default) =>
        new(this, poolId, nodeId, _rest.Send(DeallocateNodeRequest(poolId, nodeId, parameters, timeOutInSeconds, ocpDate), cancellationToken));

    /// <inheritdoc cref="DeallocateNode"/>
    public virtual async Task<DeallocateNodeOperation> DeallocateNodeAsync(
        string poolId,
        string nodeId,
        BatchNodeDeallocateOptions parameters = null,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        CancellationToken cancellationToken = default) =>
        new DeallocateNodeOperation(this, poolId, nodeId, await _rest.SendAsync(DeallocateNodeRequest(poolId, nodeId, parameters, timeOutInSeconds, ocpDate), cancellationToken).ConfigureAwait(false));

    private static BatchRequest DeallocateNodeRequest(
        string poolId, string nodeId, BatchNodeDeallocateOptions parameters, TimeSpan? timeOut, DateTimeOffset? ocpDate) =>
        new BatchRequest(nameof(DeallocateNode), RequestMethod.Post, $"pools/{BatchRequest.Id(poolId, nameof(poolId))}/nodes/{BatchRequest.Id(nodeId, nameof(nodeId))}/deallocate")
        {
            Body = parameters,
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Success = [202],
        };
}
