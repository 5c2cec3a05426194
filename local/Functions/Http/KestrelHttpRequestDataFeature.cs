using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker.Http;

namespace DurableMl.Local.Functions.Http;

/// <summary>Makes the request's data once, when asked.</summary>
internal sealed class KestrelHttpRequestDataFeature(HttpContext http) : IHttpRequestDataFeature
{
    private KestrelHttpRequestData? request;

    public ValueTask<HttpRequestData?> GetHttpRequestDataAsync(FunctionContext context) =>
        new(request ??= new KestrelHttpRequestData(context, http.Request));
}
