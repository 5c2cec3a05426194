using System.Net;

namespace Microsoft.Azure.Functions.Worker.Http;

/// <summary>The HTTP response that a function returns.</summary>
public abstract class HttpResponseData
{
    /// <summary>Creates the response.</summary>
    /// <param name="functionContext">The invocation.</param>
    public HttpResponseData(FunctionContext functionContext)
    {
        FunctionContext = functionContext ?? throw new ArgumentNullException(nameof(functionContext));
    }

    /// <summary>The status.</summary>
    public abstract HttpStatusCode StatusCode { get; set; }

    /// <summary>The headers.</summary>
    public abstract HttpHeadersCollection Headers { get; set; }

    /// <summary>The body.</summary>
    public abstract Stream Body { get; set; }

    /// <summary>The cookies to set.</summary>
    public abstract HttpCookies Cookies { get; }

    /// <summary>The invocation.</summary>
    public FunctionContext FunctionContext { get; }

    /// <summary>Creates a response to return.</summary>
    /// <param name="request">The request.</param>
    /// <returns>The response.</returns>
    public static HttpResponseData CreateResponse(HttpRequestData request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.CreateResponse();
    }
}
