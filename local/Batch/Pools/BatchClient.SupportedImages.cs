using Azure.Core;

namespace Azure.Compute.Batch;

public partial class BatchClient
{
    /// <summary>Lists the images that nodes can have.</summary>
    public virtual Pageable<BatchSupportedImage> GetSupportedImages(
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        int? maxresults = null,
        string filter = null,
        CancellationToken cancellationToken = default) =>
        _rest.List<BatchSupportedImage>(GetSupportedImagesRequest(timeOutInSeconds, ocpDate, maxresults, filter), cancellationToken);

    /// <inheritdoc cref="GetSupportedImages"/>
    public virtual AsyncPageable<BatchSupportedImage> GetSupportedImagesAsync(
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        int? maxresults = null,
        string filter = null,
        CancellationToken cancellationToken = default) =>
        _rest.ListAsync<BatchSupportedImage>(GetSupportedImagesRequest(timeOutInSeconds, ocpDate, maxresults, filter), cancellationToken);

    private static BatchRequest GetSupportedImagesRequest(TimeSpan? timeOut, DateTimeOffset? ocpDate, int? maxresults, string filter) =>
        new BatchRequest(nameof(GetSupportedImages), RequestMethod.Get, "supportedimages")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Success = [200],
        }
        .With("maxresults", maxresults)
        .With("$filter", filter);
}
