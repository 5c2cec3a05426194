using Azure.Core;

namespace Azure.Compute.Batch;

public partial class BatchClient
{
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
}
