using System.Net;
using Microsoft.Azure.Functions.Worker.Http;

namespace DurableMl.Local.Functions.Http;

/// <summary>A response that is kept until the function has ended, then written.</summary>
internal sealed class KestrelHttpResponseData(FunctionContext context) : HttpResponseData(context)
{
    public override HttpStatusCode StatusCode { get; set; } = HttpStatusCode.OK;

    public override HttpHeadersCollection Headers { get; set; } = [];

    public override Stream Body { get; set; } = new MemoryStream();

    public override HttpCookies Cookies { get; } = new ResponseCookies();
}
