using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Azure.Functions.Worker.Http;

namespace DurableMl.Local.Functions.Http;

/// <summary>A Kestrel request in the worker's own terms.</summary>
internal sealed class KestrelHttpRequestData(FunctionContext context, HttpRequest request) : HttpRequestData(context)
{
    private HttpHeadersCollection? headers;
    private IReadOnlyCollection<IHttpCookie>? cookies;

    public override Stream Body => request.Body;

    public override HttpHeadersCollection Headers =>
        headers ??= new HttpHeadersCollection(
            request.Headers.Select(h => KeyValuePair.Create(h.Key, (IEnumerable<string>)h.Value.Select(v => v ?? "")))
        );

    public override IReadOnlyCollection<IHttpCookie> Cookies =>
        cookies ??= [.. request.Cookies.Select(c => new HttpCookie(c.Key, c.Value))];

    public override Uri Url { get; } = new(request.GetEncodedUrl());

    public override IEnumerable<ClaimsIdentity> Identities => request.HttpContext.User.Identities;

    public override string Method => request.Method;

    public override HttpResponseData CreateResponse() => new KestrelHttpResponseData(FunctionContext);
}
