using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using DurableMl.Local.BatchEmulator.Faults;
using DurableMl.Local.BatchEmulator.State;

namespace DurableMl.Local.BatchEmulator.Wire;

/// <summary>What every request passes: ids, authentication, the version, and errors as the service writes them.</summary>
internal sealed class BatchPipeline(SharedKey key, BatchAccount account, FaultPlan faults, string url, ILogger<BatchPipeline> log)
{
    // Null where it listens on all addresses: it has any name then.
    private readonly string? ownName = Uri.TryCreate(url, UriKind.Absolute, out var own) && !(IPAddress.TryParse(own.Host.Trim('[', ']'), out var address) && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)))
        ? own.Host
        : null;

    /// <summary>
    /// The versions spoken: the first and the last by the REST reference, those between as recalled. What a version does not have yet
    /// is taken all the same.
    /// </summary>
    public static IReadOnlyList<string> Versions { get; } =
        ["2025-06-01", "2024-07-01.20.0", "2024-02-01.19.0", "2023-11-01.18.0", "2023-05-01.17.0", "2022-10-01.16.0"];

    /// <summary>The middleware.</summary>
    public async Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        var path = http.Request.Path;
        var ours = path == "/health" || path.StartsWithSegments("/admin", StringComparison.Ordinal);
        var requestId = Guid.NewGuid().ToString();
        http.Response.Headers["request-id"] = requestId;
        http.Response.Headers["DataServiceVersion"] = "3.0";
        if (string.Equals(http.Request.Headers["return-client-request-id"], "true", StringComparison.OrdinalIgnoreCase))
        {
            http.Response.Headers["client-request-id"] = http.Request.Headers["client-request-id"];
        }

        try
        {
            if (!account.IsOpen)
            {
                throw new BatchException(503, "ServerBusy", "The Batch emulator is starting.") { RetryAfter = TimeSpan.FromSeconds(1) };
            }

            CheckSender(http.Request);
            if (!ours)
            {
                key.Check(http.Request);
                CheckVersion(http.Request);
                await faults.MeetAsync(http.Request, account.Clock);
            }

            await next(http);
        }
        catch (BatchException e)
        {
            await RespondAsync(http, e, requestId);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            http.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
        }
        catch (StateNotStoredException e)
        {
            log.LogError(e, "{Method} {Path} changed nothing", http.Request.Method, path);
            await RespondAsync(http, new BatchException(503, "ServerBusy", "The Batch emulator cannot store its state, so nothing has changed: is the disk full?") { RetryAfter = TimeSpan.FromSeconds(1) }, requestId);
        }
        catch (ObjectDisposedException)
        {
            await RespondAsync(http, new BatchException(503, "ServerBusy", "The Batch emulator is stopping."), requestId);
        }
        catch (Exception e)
        {
            log.LogError(e, "{Method} {Path} failed", http.Request.Method, path);
            await RespondAsync(http, new BatchException(500, "InternalError", "The server encountered an internal error. See the emulator's log."), requestId);
        }
    }

    /// <summary>No web page may send requests: neither across sites, which names its origin, nor by a host name that it made to lead here.</summary>
    private void CheckSender(HttpRequest request)
    {
        var host = request.Host.Host;
        var known = ownName is null || string.Equals(host, ownName, StringComparison.OrdinalIgnoreCase) || IsLoopback(host);
        if (!known || request.Headers.Origin.Count > 0)
        {
            throw new BatchException(403, "InsufficientAccountPermissions", "The Batch emulator takes no requests of web pages, nor those for another host.",
                (known ? "Origin" : "Host", known ? request.Headers.Origin.ToString() : host));
        }
    }

    /// <summary>Whether the host name is this machine's for itself.</summary>
    public static bool IsLoopback(string host) => string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static void CheckVersion(HttpRequest request)
    {
        var version = request.Query["api-version"].ToString();
        if (version.Length == 0)
        {
            throw BatchErrors.MissingQuery("api-version");
        }

        if (!Versions.Contains(version))
        {
            throw new BatchException(400, "UnsupportedRequestVersion", "The specified api version is not supported.",
                ("ApiVersion", version), ("SupportedVersions", string.Join(", ", Versions)));
        }
    }

    private async Task RespondAsync(HttpContext http, BatchException error, string requestId)
    {
        if (http.Response.HasStarted)
        {
            http.Abort();
            return;
        }

        if (error.RetryAfter is { } wait)
        {
            http.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        if (error.Status == StatusCodes.Status304NotModified || HttpMethods.IsHead(http.Request.Method))
        {
            http.Response.StatusCode = error.Status;
            return;
        }

        var request = new BatchRequest(http);
        var json = new JsonObject
        {
            ["odata.metadata"] = $"{request.BaseUrl}/$metadata#Microsoft.Azure.Batch.Protocol.Entities.Container.errors/@Element",
            ["code"] = error.Code,
            ["message"] = new JsonObject { ["lang"] = "en-US", ["value"] = $"{error.Message}\nRequestId:{requestId}\nTime:{Iso8601.Time(account.Now)}" },
        };
        if (error.Values.Count > 0)
        {
            json["values"] = new JsonArray([.. error.Values.Select(v => new JsonObject { ["key"] = v.Key, ["value"] = v.Value })]);
        }

        await request.RespondAsync(error.Status, json);
    }
}
