using Azure.Core;

namespace Azure.Compute.Batch;

public partial class BatchClient
{
    /// <summary>Gets a node.</summary>
    public virtual Response<BatchNode> GetNode(
        string poolId,
        string nodeId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        IEnumerable<string> select = null,
        CancellationToken cancellationToken = default) =>
        _rest.Get<BatchNode>(GetNodeRequest(poolId, nodeId, timeOutInSeconds, ocpDate, select), cancellationToken);

    /// <inheritdoc cref="GetNode"/>
    public virtual Task<Response<BatchNode>> GetNodeAsync(
        string poolId,
        string nodeId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        IEnumerable<string> select = null,
        CancellationToken cancellationToken = default) =>
        _rest.GetAsync<BatchNode>(GetNodeRequest(poolId, nodeId, timeOutInSeconds, ocpDate, select), cancellationToken);

    private static BatchRequest GetNodeRequest(
        string poolId, string nodeId, TimeSpan? timeOut, DateTimeOffset? ocpDate, IEnumerable<string> select) =>
        new BatchRequest(nameof(GetNode), RequestMethod.Get, $"pools/{BatchRequest.Id(poolId, nameof(poolId))}/nodes/{BatchRequest.Id(nodeId, nameof(nodeId))}")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Success = [200],
        }
        .With("$select", select);

    /// <summary>Lists the nodes of a pool.</summary>
    public virtual Pageable<BatchNode> GetNodes(
        string poolId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        int? maxresults = null,
        string filter = null,
        IEnumerable<string> select = null,
        CancellationToken cancellationToken = default) =>
        _rest.List<BatchNode>(GetNodesRequest(poolId, timeOutInSeconds, ocpDate, maxresults, filter, select), cancellationToken);

    /// <inheritdoc cref="GetNodes"/>
    public virtual AsyncPageable<BatchNode> GetNodesAsync(
        string poolId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        int? maxresults = null,
        string filter = null,
        IEnumerable<string> select = null,
        CancellationToken cancellationToken = default) =>
        _rest.ListAsync<BatchNode>(GetNodesRequest(poolId, timeOutInSeconds, ocpDate, maxresults, filter, select), cancellationToken);

    private static BatchRequest GetNodesRequest(
        string poolId, TimeSpan? timeOut, DateTimeOffset? ocpDate, int? maxresults, string filter, IEnumerable<string> select) =>
        new BatchRequest(nameof(GetNodes), RequestMethod.Get, $"pools/{BatchRequest.Id(poolId, nameof(poolId))}/nodes")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Success = [200],
        }
        .With("maxresults", maxresults)
        .With("$filter", filter)
        .With("$select", select);

    /// <summary>Gets address and port for signing in to a node.</summary>
    public virtual Response<BatchNodeRemoteLoginSettings> GetNodeRemoteLoginSettings(
        string poolId,
        string nodeId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        CancellationToken cancellationToken = default) =>
        _rest.Get<BatchNodeRemoteLoginSettings>(GetNodeRemoteLoginSettingsRequest(poolId, nodeId, timeOutInSeconds, ocpDate), cancellationToken);

    /// <inheritdoc cref="GetNodeRemoteLoginSettings"/>
    public virtual Task<Response<BatchNodeRemoteLoginSettings>> GetNodeRemoteLoginSettingsAsync(
        string poolId,
        string nodeId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        CancellationToken cancellationToken = default) =>
        _rest.GetAsync<BatchNodeRemoteLoginSettings>(GetNodeRemoteLoginSettingsRequest(poolId, nodeId, timeOutInSeconds, ocpDate), cancellationToken);

    private static BatchRequest GetNodeRemoteLoginSettingsRequest(
        string poolId, string nodeId, TimeSpan? timeOut, DateTimeOffset? ocpDate) =>
        new BatchRequest(nameof(GetNodeRemoteLoginSettings), RequestMethod.Get, $"pools/{BatchRequest.Id(poolId, nameof(poolId))}/nodes/{BatchRequest.Id(nodeId, nameof(nodeId))}/remoteloginsettings")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Success = [200],
        };

    /// <summary>Has a node upload the logs of the service's agent.</summary>
    public virtual Response<UploadBatchServiceLogsResult> UploadNodeLogs(
        string poolId,
        string nodeId,
        UploadBatchServiceLogsOptions uploadOptions,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        CancellationToken cancellationToken = default) =>
        _rest.Get<UploadBatchServiceLogsResult>(UploadNodeLogsRequest(poolId, nodeId, uploadOptions, timeOutInSeconds, ocpDate), cancellationToken);

    /// <inheritdoc cref="UploadNodeLogs"/>
    public virtual Task<Response<UploadBatchServiceLogsResult>> UploadNodeLogsAsync(
        string poolId,
        string nodeId,
        UploadBatchServiceLogsOptions uploadOptions,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        CancellationToken cancellationToken = default) =>
        _rest.GetAsync<UploadBatchServiceLogsResult>(UploadNodeLogsRequest(poolId, nodeId, uploadOptions, timeOutInSeconds, ocpDate), cancellationToken);

    private static BatchRequest UploadNodeLogsRequest(
        string poolId, string nodeId, UploadBatchServiceLogsOptions uploadOptions, TimeSpan? timeOut, DateTimeOffset? ocpDate) =>
        new BatchRequest(nameof(UploadNodeLogs), RequestMethod.Post, $"pools/{BatchRequest.Id(poolId, nameof(poolId))}/nodes/{BatchRequest.Id(nodeId, nameof(nodeId))}/uploadbatchservicelogs")
        {
            Body = uploadOptions ?? throw new ArgumentNullException(nameof(uploadOptions)),
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Success = [200],
        };
}
