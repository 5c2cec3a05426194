using Azure.Core;

namespace Azure.Compute.Batch;

public partial class BatchClient
{
    /// <summary>Reads a file of a task, such as <c>stdout.txt</c>.</summary>
    public virtual Response<BinaryData> GetTaskFile(
        string jobId,
        string taskId,
        string filePath,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        string ocpRange = null,
        CancellationToken cancellationToken = default) =>
        _rest.GetContent(GetTaskFileRequest(jobId, taskId, filePath, timeOutInSeconds, ocpDate, requestConditions, ocpRange), cancellationToken);

    /// <inheritdoc cref="GetTaskFile"/>
    public virtual Task<Response<BinaryData>> GetTaskFileAsync(
        string jobId,
        string taskId,
        string filePath,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        string ocpRange = null,
        CancellationToken cancellationToken = default) =>
        _rest.GetContentAsync(GetTaskFileRequest(jobId, taskId, filePath, timeOutInSeconds, ocpDate, requestConditions, ocpRange), cancellationToken);

    private static BatchRequest GetTaskFileRequest(
        string jobId, string taskId, string filePath, TimeSpan? timeOut, DateTimeOffset? ocpDate, RequestConditions requestConditions, string ocpRange) =>
        new BatchRequest(nameof(GetTaskFile), RequestMethod.Get, $"jobs/{BatchRequest.Id(jobId, nameof(jobId))}/tasks/{BatchRequest.Id(taskId, nameof(taskId))}/files/{BatchRequest.Id(filePath, nameof(filePath))}")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            OcpRange = ocpRange,
            Conditions = requestConditions,
            SupportsETagConditions = false,
            Success = [200, 206],
        };

    /// <summary>Gets the properties of a file of a task.</summary>
    public virtual Response<BatchFileProperties> GetTaskFileProperties(
        string jobId,
        string taskId,
        string filePath,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpdate = null,
        CancellationToken cancellationToken = default) =>
        _rest.GetFileProperties(GetTaskFilePropertiesRequest(jobId, taskId, filePath, timeOutInSeconds, ocpdate), cancellationToken);

    /// <inheritdoc cref="GetTaskFileProperties"/>
    public virtual Task<Response<BatchFileProperties>> GetTaskFilePropertiesAsync(
        string jobId,
        string taskId,
        string filePath,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpdate = null,
        CancellationToken cancellationToken = default) =>
        _rest.GetFilePropertiesAsync(GetTaskFilePropertiesRequest(jobId, taskId, filePath, timeOutInSeconds, ocpdate), cancellationToken);

    private static BatchRequest GetTaskFilePropertiesRequest(
        string jobId, string taskId, string filePath, TimeSpan? timeOut, DateTimeOffset? ocpDate) =>
        new BatchRequest(nameof(GetTaskFileProperties), RequestMethod.Head, $"jobs/{BatchRequest.Id(jobId, nameof(jobId))}/tasks/{BatchRequest.Id(taskId, nameof(taskId))}/files/{BatchRequest.Id(filePath, nameof(filePath))}")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Success = [200],
        };

    /// <summary>Lists the files of a task.</summary>
    public virtual Pageable<BatchNodeFile> GetTaskFiles(
        string jobId,
        string taskId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        int? maxresults = null,
        string filter = null,
        bool? recursive = null,
        CancellationToken cancellationToken = default) =>
        _rest.List<BatchNodeFile>(GetTaskFilesRequest(jobId, taskId, timeOutInSeconds, ocpDate, maxresults, filter, recursive), cancellationToken);

    /// <inheritdoc cref="GetTaskFiles"/>
    public virtual AsyncPageable<BatchNodeFile> GetTaskFilesAsync(
        string jobId,
        string taskId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        int? maxresults = null,
        string filter = null,
        bool? recursive = null,
        CancellationToken cancellationToken = default) =>
        _rest.ListAsync<BatchNodeFile>(GetTaskFilesRequest(jobId, taskId, timeOutInSeconds, ocpDate, maxresults, filter, recursive), cancellationToken);

    private static BatchRequest GetTaskFilesRequest(
        string jobId, string taskId, TimeSpan? timeOut, DateTimeOffset? ocpDate, int? maxresults, string filter, bool? recursive) =>
        new BatchRequest(nameof(GetTaskFiles), RequestMethod.Get, $"jobs/{BatchRequest.Id(jobId, nameof(jobId))}/tasks/{BatchRequest.Id(taskId, nameof(taskId))}/files")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Success = [200],
        }
        .With("maxresults", maxresults)
        .With("$filter", filter)
        .With("recursive", recursive);

    /// <summary>Deletes a file of a task; a folder that is not empty only if recursive.</summary>
    public virtual Response DeleteTaskFile(
        string jobId,
        string taskId,
        string filePath,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        bool? recursive = null,
        CancellationToken cancellationToken = default) =>
        _rest.Send(DeleteTaskFileRequest(jobId, taskId, filePath, timeOutInSeconds, ocpDate, recursive), cancellationToken);

    /// <inheritdoc cref="DeleteTaskFile"/>
    public virtual Task<Response> DeleteTaskFileAsync(
        string jobId,
        string taskId,
        string filePath,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        bool? recursive = null,
        CancellationToken cancellationToken = default) =>
        _rest.SendAsync(DeleteTaskFileRequest(jobId, taskId, filePath, timeOutInSeconds, ocpDate, recursive), cancellationToken);

    private static BatchRequest DeleteTaskFileRequest(
        string jobId, string taskId, string filePath, TimeSpan? timeOut, DateTimeOffset? ocpDate, bool? recursive) =>
        new BatchRequest(nameof(DeleteTaskFile), RequestMethod.Delete, $"jobs/{BatchRequest.Id(jobId, nameof(jobId))}/tasks/{BatchRequest.Id(taskId, nameof(taskId))}/files/{BatchRequest.Id(filePath, nameof(filePath))}")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Success = [200],
        }
        .With("recursive", recursive);

    /// <summary>Reads a file of a node.</summary>
    public virtual Response<BinaryData> GetNodeFile(
        string poolId,
        string nodeId,
        string filePath,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        string ocpRange = null,
        CancellationToken cancellationToken = default) =>
        _rest.GetContent(GetNodeFileRequest(poolId, nodeId, filePath, timeOutInSeconds, ocpDate, requestConditions, ocpRange), cancellationToken);

    /// <inheritdoc cref="GetNodeFile"/>
    public virtual Task<Response<BinaryData>> GetNodeFileAsync(
        string poolId,
        string nodeId,
        string filePath,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        string ocpRange = null,
        CancellationToken cancellationToken = default) =>
        _rest.GetContentAsync(GetNodeFileRequest(poolId, nodeId, filePath, timeOutInSeconds, ocpDate, requestConditions, ocpRange), cancellationToken);

    private static BatchRequest GetNodeFileRequest(
        string poolId, string nodeId, string filePath, TimeSpan? timeOut, DateTimeOffset? ocpDate, RequestConditions requestConditions, string ocpRange) =>
        new BatchRequest(nameof(GetNodeFile), RequestMethod.Get, $"pools/{BatchRequest.Id(poolId, nameof(poolId))}/nodes/{BatchRequest.Id(nodeId, nameof(nodeId))}/files/{BatchRequest.Id(filePath, nameof(filePath))}")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            OcpRange = ocpRange,
            Conditions = requestConditions,
            SupportsETagConditions = false,
            Success = [200, 206],
        };

    /// <summary>Gets the properties of a file of a node.</summary>
    public virtual Response<BatchFileProperties> GetNodeFileProperties(
        string poolId,
        string nodeId,
        string filePath,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpdate = null,
        CancellationToken cancellationToken = default) =>
        _rest.GetFileProperties(GetNodeFilePropertiesRequest(poolId, nodeId, filePath, timeOutInSeconds, ocpdate), cancellationToken);

    /// <inheritdoc cref="GetNodeFileProperties"/>
    public virtual Task<Response<BatchFileProperties>> GetNodeFilePropertiesAsync(
        string poolId,
        string nodeId,
        string filePath,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpdate = null,
        CancellationToken cancellationToken = default) =>
        _rest.GetFilePropertiesAsync(GetNodeFilePropertiesRequest(poolId, nodeId, filePath, timeOutInSeconds, ocpdate), cancellationToken);

    private static BatchRequest GetNodeFilePropertiesRequest(
        string poolId, string nodeId, string filePath, TimeSpan? timeOut, DateTimeOffset? ocpDate) =>
        new BatchRequest(nameof(GetNodeFileProperties), RequestMethod.Head, $"pools/{BatchRequest.Id(poolId, nameof(poolId))}/nodes/{BatchRequest.Id(nodeId, nameof(nodeId))}/files/{BatchRequest.Id(filePath, nameof(filePath))}")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Success = [200],
        };

    /// <summary>Lists the files of a node.</summary>
    public virtual Pageable<BatchNodeFile> GetNodeFiles(
        string poolId,
        string nodeId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        int? maxresults = null,
        string filter = null,
        bool? recursive = null,
        CancellationToken cancellationToken = default) =>
        _rest.List<BatchNodeFile>(GetNodeFilesRequest(poolId, nodeId, timeOutInSeconds, ocpDate, maxresults, filter, recursive), cancellationToken);

    /// <inheritdoc cref="GetNodeFiles"/>
    public virtual AsyncPageable<BatchNodeFile> GetNodeFilesAsync(
        string poolId,
        string nodeId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        int? maxresults = null,
        string filter = null,
        bool? recursive = null,
        CancellationToken cancellationToken = default) =>
        _rest.ListAsync<BatchNodeFile>(GetNodeFilesRequest(poolId, nodeId, timeOutInSeconds, ocpDate, maxresults, filter, recursive), cancellationToken);

    private static BatchRequest GetNodeFilesRequest(
        string poolId, string nodeId, TimeSpan? timeOut, DateTimeOffset? ocpDate, int? maxresults, string filter, bool? recursive) =>
        new BatchRequest(nameof(GetNodeFiles), RequestMethod.Get, $"pools/{BatchRequest.Id(poolId, nameof(poolId))}/nodes/{BatchRequest.Id(nodeId, nameof(nodeId))}/files")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Success = [200],
        }
        .With("maxresults", maxresults)
        .With("$filter", filter)
        .With("recursive", recursive);

    /// <summary>Deletes a file of a node; a folder that is not empty only if recursive.</summary>
    public virtual Response DeleteNodeFile(
        string poolId,
        string nodeId,
        string filePath,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        bool? recursive = null,
        CancellationToken cancellationToken = default) =>
        _rest.Send(DeleteNodeFileRequest(poolId, nodeId, filePath, timeOutInSeconds, ocpDate, recursive), cancellationToken);

    /// <inheritdoc cref="DeleteNodeFile"/>
    public virtual Task<Response> DeleteNodeFileAsync(
        string poolId,
        string nodeId,
        string filePath,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        bool? recursive = null,
        CancellationToken cancellationToken = default) =>
        _rest.SendAsync(DeleteNodeFileRequest(poolId, nodeId, filePath, timeOutInSeconds, ocpDate, recursive), cancellationToken);

    private static BatchRequest DeleteNodeFileRequest(
        string poolId, string nodeId, string filePath, TimeSpan? timeOut, DateTimeOffset? ocpDate, bool? recursive) =>
        new BatchRequest(nameof(DeleteNodeFile), RequestMethod.Delete, $"pools/{BatchRequest.Id(poolId, nameof(poolId))}/nodes/{BatchRequest.Id(nodeId, nameof(nodeId))}/files/{BatchRequest.Id(filePath, nameof(filePath))}")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Success = [200],
        }
        .With("recursive", recursive);
}
