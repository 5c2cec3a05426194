using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker.Http;

namespace DurableMl.Local.Functions.Http;

/// <summary>A response that is kept until the function has ended, then written.</summary>
internal sealed class KestrelHttpResponseData(FunctionContext context) : HttpResponseData(context)
{
    private readonly ResponseCookies cookies = new();

    public override HttpStatusCode StatusCode { get; set; } = HttpStatusCode.OK;

    public override HttpHeadersCollection Headers { get; set; } = [];

    public override Stream Body { get; set; } = new MemoryStream();

    public override HttpCookies Cookies => cookies;

    public async Task WriteToAsync(HttpResponse response)
    {
        response.StatusCode = (int)StatusCode;
        foreach ((string name, IEnumerable<string> values) in Headers)
        {
            response.Headers[name] = values.ToArray();
        }

        cookies.WriteTo(response);
        if (Body.CanSeek)
        {
            Body.Position = 0;
            if (Body.Length == 0)
            {
                return;
            }

            response.ContentLength ??= Body.Length;
        }

        await Body.CopyToAsync(response.Body, response.HttpContext.RequestAborted);
    }
}
