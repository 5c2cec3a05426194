using System.Collections.Specialized;
using System.Security.Claims;
using System.Web;

namespace Microsoft.Azure.Functions.Worker.Http;

/// <summary>The HTTP request that started a function.</summary>
public abstract class HttpRequestData
{
    private NameValueCollection? query;

    /// <summary>Creates the request.</summary>
    /// <param name="functionContext">The invocation.</param>
    public HttpRequestData(FunctionContext functionContext)
    {
        FunctionContext = functionContext ?? throw new ArgumentNullException(nameof(functionContext));
    }

    /// <summary>The body.</summary>
    public abstract Stream Body { get; }

    /// <summary>The headers.</summary>
    public abstract HttpHeadersCollection Headers { get; }

    /// <summary>The cookies.</summary>
    public abstract IReadOnlyCollection<IHttpCookie> Cookies { get; }

    /// <summary>The address, with the query.</summary>
    public abstract Uri Url { get; }

    /// <summary>Who the caller is known to be.</summary>
    public abstract IEnumerable<ClaimsIdentity> Identities { get; }

    /// <summary>The method.</summary>
    public abstract string Method { get; }

    /// <summary>The invocation.</summary>
    public FunctionContext FunctionContext { get; }

    /// <summary>The query's names and values.</summary>
    public virtual NameValueCollection Query => query ??= HttpUtility.ParseQueryString(Url.Query);

    /// <summary>Creates a response to return.</summary>
    /// <returns>The response.</returns>
    public abstract HttpResponseData CreateResponse();
}
