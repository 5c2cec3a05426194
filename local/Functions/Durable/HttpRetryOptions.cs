using System.Net;
using System.Text.Json.Serialization;

namespace Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Http;

/// <summary>Whether and how a failed HTTP request is tried again.</summary>
public class HttpRetryOptions
{
    /// <summary>Creates the options.</summary>
    /// <param name="statusCodesToRetry">The statuses that count as failures; every 4xx and 5xx when there are none.</param>
    public HttpRetryOptions(IList<HttpStatusCode>? statusCodesToRetry = null)
    {
        StatusCodesToRetry = statusCodesToRetry ?? [];
    }

    /// <summary>The wait before the first retry.</summary>
    [JsonPropertyName("firstRetryInterval")]
    public TimeSpan FirstRetryInterval { get; set; }

    /// <summary>The longest wait.</summary>
    [JsonPropertyName("maxRetryInterval")]
    public TimeSpan MaxRetryInterval { get; set; } = TimeSpan.FromDays(6);

    /// <summary>What the wait is multiplied by each time.</summary>
    [JsonPropertyName("backoffCoefficient")]
    public double BackoffCoefficient { get; set; } = 1;

    /// <summary>After this much time there are no more retries.</summary>
    [JsonPropertyName("retryTimeout")]
    public TimeSpan RetryTimeout { get; set; } = TimeSpan.MaxValue;

    /// <summary>How many attempts there are, the first one included.</summary>
    [JsonPropertyName("maxNumberOfAttempts")]
    public int MaxNumberOfAttempts { get; set; }

    /// <summary>The statuses that count as failures; every 4xx and 5xx when there are none.</summary>
    [JsonPropertyName("statusCodesToRetry")]
    public IList<HttpStatusCode> StatusCodesToRetry { get; }
}
