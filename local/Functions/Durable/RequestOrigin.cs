using Microsoft.Azure.Functions.Worker.Http;

namespace DurableMl.Local.Functions.Durable;

/// <summary>The scheme and host that a caller used, seen through a proxy: <c>Forwarded</c>, else <c>X-Forwarded-*</c>, else the request's own.</summary>
internal static class RequestOrigin
{
    public static string Of(HttpRequestData request)
    {
        Dictionary<string, string> forwarded = new(StringComparer.OrdinalIgnoreCase);
        if (First(request, "Forwarded") is { } header)
        {
            // Only the first proxy's element counts: it is the one the caller spoke to.
            foreach (string part in header.Split(',')[0].Split(';'))
            {
                if (part.Split('=', 2) is [string name, string value])
                {
                    forwarded[name.Trim()] = value.Trim().Trim('"');
                }
            }
        }

        string scheme = forwarded.GetValueOrDefault("proto") ?? First(request, "X-Forwarded-Proto") ?? request.Url.Scheme;
        string host = forwarded.GetValueOrDefault("host") ?? First(request, "X-Forwarded-Host") ?? request.Url.Authority;
        return $"{scheme}://{host}";
    }

    private static string? First(HttpRequestData request, string header) =>
        request.Headers.TryGetValues(header, out IEnumerable<string>? values) ? values.FirstOrDefault() : null;
}
