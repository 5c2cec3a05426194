using System.Net;
using DurableMl.FunctionsHost.App;
using Microsoft.Extensions.Primitives;

namespace DurableMl.FunctionsHost.Security;

/// <summary>
/// Keeps web pages from steering a host on the developer's own machine. A browser sends every page's requests here; it is by their Origin, and
/// by the Host that a page behind a rebound name uses, that they are told from those of the developer's own tools.
/// </summary>
internal sealed class CallerCheck(RequestDelegate next, FunctionApp app, FunctionsHostOptions options)
{
    /// <summary>Lets a request through, or answers 403.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (IPAddress.IsLoopback(options.Address) && !IsLoopback(request.Host.Host))
        {
            return RefuseAsync(context, $"The host name '{request.Host.Host}' is not one of this machine's own; use localhost or 127.0.0.1.");
        }

        if (request.Headers.TryGetValue("Origin", out var origin) && !IsAllowed(origin, request))
        {
            return RefuseAsync(context, $"Pages of '{origin}' may not call this host. Allow them in local.settings.json under Host.CORS.");
        }

        return next(context);
    }

    private static bool IsLoopback(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static async Task RefuseAsync(HttpContext context, string reason)
    {
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        await context.Response.WriteAsync(reason);
    }

    private bool IsAllowed(StringValues origin, HttpRequest request) =>
        origin.Count == 1
        && (app.Settings.AllowedOrigins.Contains("*", StringComparer.Ordinal)
            || app.Settings.AllowedOrigins.Contains(origin.ToString(), StringComparer.OrdinalIgnoreCase)
            || string.Equals(origin.ToString(), $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase));
}
