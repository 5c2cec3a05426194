using Azure.Core;

namespace Azure.Compute.Batch;

public partial class BatchClient
{
    /// <summary>Keeps new tasks off a node.</summary>
    public virtual Response DisableNodeScheduling(
        string poolId,
        string nodeId,
        BatchNodeDisableSchedulingOptions options = null,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        CancellationToken cancellationToken = default) =>
        _rest.Send(DisableNodeSchedulingRequest(poolId, nodeId, options, timeOutInSeconds, ocpDate), cancellationToken);

    /// <inheritdoc cref="DisableNodeScheduling"/>
    public virtual Task<Response> DisableNodeSchedulingAsync(
        string poolId,
        string nodeId,
        BatchNodeDisableSchedulingOptions options = null,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        CancellationToken cancellationToken = default) =>
        _rest.SendAsync(DisableNodeSchedulingRequest(poolId, nodeId, options, timeOutInSeconds, ocpDate), cancellationToken);

    private static BatchRequest DisableNodeSchedulingRequest(
        string poolId, string nodeId, BatchNodeDisableSchedulingOptions options, TimeSpan? timeOut, DateTimeOffset? ocpDate) =>
        new BatchRequest(nameof(DisableNodeScheduling), RequestMethod.Post, $"pools/{BatchRequest.Id(poolId, nameof(poolId))}/nodes/{BatchRequest.Id(nodeId, nameof(nodeId))}/disablescheduling")
        {
            Body = options,
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Success = [200],
        };

    /// <summary>Lets tasks run on a node again.</summary>
    public virtual Response EnableNodeScheduling(
        string poolId,
        string nodeId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        CancellationToken cancellationToken = default) =>
        _rest.Send(EnableNodeSchedulingRequest(poolId, nodeId, timeOutInSeconds, ocpDate), cancellationToken);

    /// <inheritdoc cref="EnableNodeScheduling"/>
    public virtual Task<Response> EnableNodeSchedulingAsync(
        string poolId,
        string nodeId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        CancellationToken cancellationToken = default) =>
        _rest.SendAsync(EnableNodeSchedulingRequest(poolId, nodeId, timeOutInSeconds, ocpDate), cancellationToken);

    private static BatchRequest EnableNodeSchedulingRequest(string poolId, string nodeId, TimeSpan? timeOut, DateTimeOffset? ocpDate) =>
        new BatchRequest(nameof(EnableNodeScheduling), RequestMethod.Post, $"pools/{BatchRequest.Id(poolId, nameof(poolId))}/nodes/{BatchRequest.Id(nodeId, nameof(nodeId))}/enablescheduling")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Success = [200],
        };
}
