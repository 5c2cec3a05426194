using Azure.Core;

namespace Azure.Compute.Batch;

public partial class BatchClient
{
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
}
