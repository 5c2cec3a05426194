using Azure.Core;

namespace Azure.Compute.Batch;

public partial class BatchClient
{
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
