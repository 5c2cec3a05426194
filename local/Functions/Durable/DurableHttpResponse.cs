using System.Net;
using System.Text.Json.Serialization;
using DurableMl.Local.Functions.Durable;
using Microsoft.Extensions.Primitives;

namespace Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Http;

/// <summary>The response to an HTTP request that an orchestrator made.</summary>
public class DurableHttpResponse
{
    /// <summary>Creates the response.</summary>
    /// <param name="statusCode">The status.</param>
    public DurableHttpResponse(HttpStatusCode statusCode)
    {
        StatusCode = statusCode;
    }

    /// <summary>The status.</summary>
    [JsonPropertyName("statusCode")]
    public HttpStatusCode StatusCode { get; }

    /// <summary>The headers.</summary>
    [JsonPropertyName("headers")]
    [JsonConverter(typeof(HttpHeadersJsonConverter))]
    public IDictionary<string, StringValues>? Headers { get; init; }

    /// <summary>The body.</summary>
    [JsonPropertyName("content")]
    public string? Content { get; init; }
}
