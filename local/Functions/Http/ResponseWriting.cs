using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker.Http;

namespace DurableMl.Local.Functions.Http;

/// <summary>Writes the response that a function returned.</summary>
internal static class ResponseWriting
{
    public static async Task WriteAsync(HttpResponseData data, HttpResponse response)
    {
        response.StatusCode = (int)data.StatusCode;
        foreach ((string name, IEnumerable<string> values) in data.Headers)
        {
            response.Headers[name] = values.ToArray();
        }

        (data.Cookies as ResponseCookies)?.WriteTo(response);
        if (data.Body.CanSeek)
        {
            data.Body.Position = 0;
            if (data.Body.Length == 0)
            {
                return;
            }

            response.ContentLength ??= data.Body.Length;
        }

        await data.Body.CopyToAsync(response.Body, response.HttpContext.RequestAborted);
    }
}
