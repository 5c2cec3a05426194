using System.Text.Json.Serialization;
using DurableMl.Local.Functions.Durable;
using Microsoft.Extensions.Primitives;

namespace Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Http;

/// <summary>An HTTP request that an orchestrator makes.</summary>
public class DurableHttpRequest
{
    /// <summary>Creates the request.</summary>
    /// <param name="method">The method.</param>
    /// <param name="uri">The address: absolute, <c>http</c> or <c>https</c>.</param>
    public DurableHttpRequest(HttpMethod method, Uri uri)
    {
        Method = method;
        Uri = uri;
    }

    /// <summary>The method.</summary>
    [JsonPropertyName("method")]
    [JsonConverter(typeof(HttpMethodJsonConverter))]
    public HttpMethod Method { get; }

    /// <summary>The address.</summary>
    [JsonPropertyName("uri")]
    public Uri Uri { get; }

    /// <summary>The headers.</summary>
    [JsonPropertyName("headers")]
    [JsonConverter(typeof(HttpHeadersJsonConverter))]
    public IDictionary<string, StringValues>? Headers { get; set; }

    /// <summary>The body.</summary>
    [JsonPropertyName("content")]
    public string? Content { get; set; }

    /// <summary>Whether a 202 with <c>Location</c> is followed until there is another answer.</summary>
    [JsonPropertyName("asynchronousPatternEnabled")]
    public bool AsynchronousPatternEnabled { get; set; }

    /// <summary>Whether and how failures are tried again; not when null.</summary>
    [JsonPropertyName("retryOptions")]
    public HttpRetryOptions? HttpRetryOptions { get; set; }

    /// <summary>How long one attempt, and the whole, may take.</summary>
    [JsonPropertyName("timeout")]
    public TimeSpan? Timeout { get; set; }
}
