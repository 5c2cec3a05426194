using System.Globalization;
using DurableMl.FunctionsHost.Triggers;
using DurableMl.FunctionsHost.Worker.Protocol;
using Google.Protobuf;
using Microsoft.AspNetCore.Http.Extensions;

namespace DurableMl.FunctionsHost.Http;

/// <summary>Requests and answers as messages, for workers without ASP.NET Core.</summary>
internal static class RpcHttpConversion
{
    /// <summary>Reads a whole request.</summary>
    public static async Task<RpcHttp> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var http = new RpcHttp { Method = request.Method, Url = request.GetEncodedUrl() };
        foreach (var (name, value) in request.Headers)
        {
            http.NullableHeaders[name.ToLowerInvariant()] = new NullableString { Value = value.ToString() };
        }

        foreach (var (name, value) in request.Query)
        {
            http.NullableQuery[name] = new NullableString { Value = value.ToString() };
        }

        foreach (var (name, value) in request.RouteValues)
        {
            http.NullableParams[name] = new NullableString { Value = value?.ToString() ?? "" };
        }

        var body = await ByteString.FromStreamAsync(request.Body, cancellationToken);
        if (body.Length > 0)
        {
            http.Body = new TypedData { Bytes = body };
        }

        return http;
    }

    /// <summary>Writes what a function returned. Anything but an HTTP answer becomes the body of a 200.</summary>
    public static async Task WriteAsync(TypedData? data, HttpResponse response, CancellationToken cancellationToken)
    {
        if (data?.Http is not { } http)
        {
            if (TypedDataConversion.ToObject(data) is { } value)
            {
                response.ContentType = value switch
                {
                    byte[] => "application/octet-stream",
                    string => "text/plain; charset=utf-8",
                    _ => "application/json; charset=utf-8",
                };
                await response.Body.WriteAsync(TypedDataConversion.ToBytes(value), cancellationToken);
            }

            return;
        }

        response.StatusCode = int.TryParse(http.StatusCode, NumberStyles.None, CultureInfo.InvariantCulture, out var status)
            ? status
            : StatusCodes.Status200OK;
        foreach (var (name, value) in http.Headers)
        {
            // The server sets these two from what is really sent.
            if (!string.Equals(name, "content-length", StringComparison.OrdinalIgnoreCase)
                && !string.Equals(name, "transfer-encoding", StringComparison.OrdinalIgnoreCase))
            {
                response.Headers[name] = value;
            }
        }

        foreach (var cookie in http.Cookies)
        {
            response.Cookies.Append(cookie.Name, cookie.Value, Options(cookie));
        }

        if (TypedDataConversion.ToObject(http.Body) is { } body)
        {
            var bytes = TypedDataConversion.ToBytes(body);
            if (bytes.Length > 0)
            {
                response.ContentLength = bytes.Length;
                await response.Body.WriteAsync(bytes, cancellationToken);
            }
        }
    }

    private static CookieOptions Options(RpcHttpCookie cookie) => new()
    {
        Domain = cookie.Domain?.Value,
        Path = cookie.Path?.Value,
        Expires = cookie.Expires?.Value?.ToDateTimeOffset(),
        Secure = cookie.Secure?.Value ?? false,
        HttpOnly = cookie.HttpOnly?.Value ?? false,
        MaxAge = cookie.MaxAge is { } age ? TimeSpan.FromSeconds(age.Value) : null,
        SameSite = cookie.SameSite switch
        {
            RpcHttpCookie.Types.SameSite.Lax => SameSiteMode.Lax,
            RpcHttpCookie.Types.SameSite.Strict => SameSiteMode.Strict,
            RpcHttpCookie.Types.SameSite.ExplicitNone => SameSiteMode.None,
            _ => SameSiteMode.Unspecified,
        },
    };
}
