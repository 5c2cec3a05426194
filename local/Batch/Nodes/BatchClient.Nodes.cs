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

    /// <summary>Adds a user to a node.</summary>
    public virtual Response CreateNodeUser(
        string poolId,
        string nodeId,
        BatchNodeUserCreateOptions user,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        CancellationToken cancellationToken = default) =>
        _rest.Send(CreateNodeUserRequest(poolId, nodeId, user, timeOutInSeconds, ocpDate), cancellationToken);

    /// <inheritdoc cref="CreateNodeUser"/>
    public virtual Task<Response> CreateNodeUserAsync(
        string poolId,
        string nodeId,
        BatchNodeUserCreateOptions user,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        CancellationToken cancellationToken = default) =>
        _rest.SendAsync(CreateNodeUserRequest(poolId, nodeId, user, timeOutInSeconds, ocpDate), cancellationToken);

    private static BatchRequest CreateNodeUserRequest(
        string poolId, string nodeId, BatchNodeUserCreateOptions user, TimeSpan? timeOut, DateTimeOffset? ocpDate) =>
        new BatchRequest(nameof(CreateNodeUser), RequestMethod.Post, $"pools/{BatchRequest.Id(poolId, nameof(poolId))}/nodes/{BatchRequest.Id(nodeId, nameof(nodeId))}/users")
        {
            Body = user ?? throw new ArgumentNullException(nameof(user)),
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Success = [201],
        };

    /// <summary>Replaces password, key and expiry of a user of a node.</summary>
    public virtual Response ReplaceNodeUser(
        string poolId,
        string nodeId,
        string userName,
        BatchNodeUserUpdateOptions updateOptions,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        CancellationToken cancellationToken = default) =>
        _rest.Send(ReplaceNodeUserRequest(poolId, nodeId, userName, updateOptions, timeOutInSeconds, ocpDate), cancellationToken);

    /// <inheritdoc cref="ReplaceNodeUser"/>
    public virtual Task<Response> ReplaceNodeUserAsync(
        string poolId,
        string nodeId,
        string userName,
        BatchNodeUserUpdateOptions updateOptions,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        CancellationToken cancellationToken = default) =>
        _rest.SendAsync(ReplaceNodeUserRequest(poolId, nodeId, userName, updateOptions, timeOutInSeconds, ocpDate), cancellationToken);

    private static BatchRequest ReplaceNodeUserRequest(
        string poolId, string nodeId, string userName, BatchNodeUserUpdateOptions updateOptions, TimeSpan? timeOut, DateTimeOffset? ocpDate) =>
        new BatchRequest(nameof(ReplaceNodeUser), RequestMethod.Put, $"pools/{BatchRequest.Id(poolId, nameof(poolId))}/nodes/{BatchRequest.Id(nodeId, nameof(nodeId))}/users/{BatchRequest.Id(userName, nameof(userName))}")
        {
            Body = updateOptions ?? throw new ArgumentNullException(nameof(updateOptions)),
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Success = [200],
        };

    /// <summary>Deletes a user of a node.</summary>
    public virtual Response DeleteNodeUser(
        string poolId,
        string nodeId,
        string userName,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        CancellationToken cancellationToken = default) =>
        _rest.Send(DeleteNodeUserRequest(poolId, nodeId, userName, timeOutInSeconds, ocpDate), cancellationToken);

    /// <inheritdoc cref="DeleteNodeUser"/>
    public virtual Task<Response> DeleteNodeUserAsync(
        string poolId,
        string nodeId,
        string userName,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        CancellationToken cancellationToken = default) =>
        _rest.SendAsync(DeleteNodeUserRequest(poolId, nodeId, userName, timeOutInSeconds, ocpDate), cancellationToken);

    private static BatchRequest DeleteNodeUserRequest(
        string poolId, string nodeId, string userName, TimeSpan? timeOut, DateTimeOffset? ocpDate) =>
        new BatchRequest(nameof(DeleteNodeUser), RequestMethod.Delete, $"pools/{BatchRequest.Id(poolId, nameof(poolId))}/nodes/{BatchRequest.Id(nodeId, nameof(nodeId))}/users/{BatchRequest.Id(userName, nameof(userName))}")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Success = [200],
        };

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

    /// <summary>Gets an extension of a node.</summary>
    public virtual Response<BatchNodeVMExtension> GetNodeExtension(
        string poolId,
        string nodeId,
        string extensionName,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        IEnumerable<string> select = null,
        CancellationToken cancellationToken = default) =>
        _rest.Get<BatchNodeVMExtension>(GetNodeExtensionRequest(poolId, nodeId, extensionName, timeOutInSeconds, ocpDate, select), cancellationToken);

    /// <inheritdoc cref="GetNodeExtension"/>
    public virtual Task<Response<BatchNodeVMExtension>> GetNodeExtensionAsync(
        string poolId,
        string nodeId,
        string extensionName,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        IEnumerable<string> select = null,
        CancellationToken cancellationToken = default) =>
        _rest.GetAsync<BatchNodeVMExtension>(GetNodeExtensionRequest(poolId, nodeId, extensionName, timeOutInSeconds, ocpDate, select), cancellationToken);

    private static BatchRequest GetNodeExtensionRequest(
        string poolId, string nodeId, string extensionName, TimeSpan? timeOut, DateTimeOffset? ocpDate, IEnumerable<string> select) =>
        new BatchRequest(nameof(GetNodeExtension), RequestMethod.Get, $"pools/{BatchRequest.Id(poolId, nameof(poolId))}/nodes/{BatchRequest.Id(nodeId, nameof(nodeId))}/extensions/{BatchRequest.Id(extensionName, nameof(extensionName))}")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Success = [200],
        }
        .With("$select", select);

    /// <summary>Lists the extensions of a node.</summary>
    public virtual Pageable<BatchNodeVMExtension> GetNodeExtensions(
        string poolId,
        string nodeId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        int? maxresults = null,
        IEnumerable<string> select = null,
        CancellationToken cancellationToken = default) =>
        _rest.List<BatchNodeVMExtension>(GetNodeExtensionsRequest(poolId, nodeId, timeOutInSeconds, ocpDate, maxresults, select), cancellationToken);

    /// <inheritdoc cref="GetNodeExtensions"/>
    public virtual AsyncPageable<BatchNodeVMExtension> GetNodeExtensionsAsync(
        string poolId,
        string nodeId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        int? maxresults = null,
        IEnumerable<string> select = null,
        CancellationToken cancellationToken = default) =>
        _rest.ListAsync<BatchNodeVMExtension>(GetNodeExtensionsRequest(poolId, nodeId, timeOutInSeconds, ocpDate, maxresults, select), cancellationToken);

    private static BatchRequest GetNodeExtensionsRequest(
        string poolId, string nodeId, TimeSpan? timeOut, DateTimeOffset? ocpDate, int? maxresults, IEnumerable<string> select) =>
        new BatchRequest(nameof(GetNodeExtensions), RequestMethod.Get, $"pools/{BatchRequest.Id(poolId, nameof(poolId))}/nodes/{BatchRequest.Id(nodeId, nameof(nodeId))}/extensions")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Success = [200],
        }
        .With("maxresults", maxresults)
        .With("$select", select);
}
