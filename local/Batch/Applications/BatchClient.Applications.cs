using Azure.Core;

namespace Azure.Compute.Batch;

public partial class BatchClient
{
    /// <summary>Gets an application of the account.</summary>
    public virtual Response<BatchApplication> GetApplication(
        string applicationId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        CancellationToken cancellationToken = default) =>
        _rest.Get<BatchApplication>(GetApplicationRequest(applicationId, timeOutInSeconds, ocpDate), cancellationToken);

    /// <inheritdoc cref="GetApplication"/>
    public virtual Task<Response<BatchApplication>> GetApplicationAsync(
        string applicationId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        CancellationToken cancellationToken = default) =>
        _rest.GetAsync<BatchApplication>(GetApplicationRequest(applicationId, timeOutInSeconds, ocpDate), cancellationToken);

    private static BatchRequest GetApplicationRequest(string applicationId, TimeSpan? timeOut, DateTimeOffset? ocpDate) =>
        new BatchRequest(nameof(GetApplication), RequestMethod.Get, $"applications/{BatchRequest.Id(applicationId, nameof(applicationId))}")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Success = [200],
        };

    /// <summary>Lists the account's applications.</summary>
    public virtual Pageable<BatchApplication> GetApplications(
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        int? maxresults = null,
        CancellationToken cancellationToken = default) =>
        _rest.List<BatchApplication>(GetApplicationsRequest(timeOutInSeconds, ocpDate, maxresults), cancellationToken);

    /// <inheritdoc cref="GetApplications"/>
    public virtual AsyncPageable<BatchApplication> GetApplicationsAsync(
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        int? maxresults = null,
        CancellationToken cancellationToken = default) =>
        _rest.ListAsync<BatchApplication>(GetApplicationsRequest(timeOutInSeconds, ocpDate, maxresults), cancellationToken);

    private static BatchRequest GetApplicationsRequest(TimeSpan? timeOut, DateTimeOffset? ocpDate, int? maxresults) =>
        new BatchRequest(nameof(GetApplications), RequestMethod.Get, "applications")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Success = [200],
        }
        .With("maxresults", maxresults);
}
