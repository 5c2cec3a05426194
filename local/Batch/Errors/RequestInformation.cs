using System.Net;

namespace Azure.Compute.Batch;

/// <summary>What is known of a request that failed.</summary>
public class RequestInformation
{
    /// <summary>The service's description.</summary>
    public BatchError BatchError { get; protected internal set; }

    /// <summary>The client's identifier of the request.</summary>
    public Guid? ClientRequestId { get; protected internal set; }

    /// <summary>The status of the answer.</summary>
    public HttpStatusCode? HttpStatusCode { get; protected internal set; }

    /// <summary>The reason phrase of the answer.</summary>
    public string HttpStatusMessage { get; protected internal set; }

    /// <summary>When the service wants to be asked again.</summary>
    public TimeSpan? RetryAfter { get; protected internal set; }

    /// <summary>The service's identifier of the request.</summary>
    public string ServiceRequestId { get; protected internal set; }
}
