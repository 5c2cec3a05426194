using System.Text.Json;
using DurableMl.Local.Functions.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Routing;
using Microsoft.DurableTask.Client;

namespace DurableMl.Local.Functions.Durable;

/// <summary>
/// The Durable Functions extension's HTTP API for orchestrations and entities. The query parameters <c>taskHub</c>, <c>connection</c> and
/// <c>code</c> are accepted; there is one hub, so the first two select nothing.
/// </summary>
internal sealed class DurableManagementApi(DurableClients clients, HostSettings settings, FunctionKeys keys)
{
    public const string Root = "/runtime/webhooks/durabletask";

    /// <summary>The name of the extension's system key.</summary>
    public const string KeyName = "durabletask_extension";

    private const string Instance = Root + "/instances/{instanceId}";

    public FunctionsDurableTaskClient Client => clients.Default;

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        DurableManagementApi api = endpoints.ServiceProvider.GetRequiredService<DurableManagementApi>();
        InstanceQueries queries = new(api);
        InstanceOperations operations = new(api);
        EntityOperations entities = new(api);
        api.Map(endpoints, "GET", Root + "/instances", queries.ListAsync);
        api.Map(endpoints, "DELETE", Root + "/instances", operations.PurgeManyAsync);
        api.Map(endpoints, "GET", Instance, queries.GetAsync);
        api.Map(endpoints, "DELETE", Instance, operations.PurgeAsync);
        api.Map(endpoints, "POST", Instance + "/terminate", operations.TerminateAsync);
        api.Map(endpoints, "POST", Instance + "/suspend", operations.SuspendAsync);
        api.Map(endpoints, "POST", Instance + "/resume", operations.ResumeAsync);
        api.Map(endpoints, "POST", Instance + "/rewind", operations.RewindAsync);
        api.Map(endpoints, "POST", Instance + "/restart", operations.RestartAsync);
        api.Map(endpoints, "POST", Instance + "/raiseEvent/{eventName}", operations.RaiseEventAsync);
        api.Map(endpoints, "POST", Root + "/orchestrators/{functionName}/{instanceId?}", operations.StartAsync);
        api.Map(endpoints, "GET", Root + "/entities/{entityName?}", entities.ListAsync);
        api.Map(endpoints, "GET", Root + "/entities/{entityName}/{entityKey}", entities.GetAsync);
        api.Map(endpoints, "POST", Root + "/entities/{entityName}/{entityKey?}", entities.SignalAsync);
        api.Map(endpoints, "DELETE", Root + "/entities/{entityName}/{entityKey?}", entities.SignalAsync);
    }

    /// <summary>A route value. Routing leaves an encoded slash as it is; ids may contain one.</summary>
    public static string RouteValue(HttpContext http, string name) =>
        ((string?)http.Request.RouteValues[name] ?? "").Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    public static Task RespondAsync(HttpContext http, int status, object? body = null)
    {
        http.Response.StatusCode = status;
        return body is null
            ? Task.CompletedTask
            : http.Response.WriteAsJsonAsync(
                body,
                body.GetType(),
                ManagementJson.Options,
                "application/json; charset=utf-8",
                http.RequestAborted
            );
    }

    /// <summary>An error in the shape of ASP.NET Web API's <c>HttpError</c>, as the extension gives it.</summary>
    public static Task RespondErrorAsync(HttpContext http, int status, string message, Exception? error = null) =>
        RespondAsync(http, status, new HttpError(message, error?.Message, error?.GetType().FullName, error?.StackTrace));

    /// <summary>The answer to a request that started an orchestration: its URLs, and the status URL as <c>Location</c>.</summary>
    public Task RespondCheckStatusAsync(HttpContext http, string instanceId)
    {
        string root = $"{http.Request.Scheme}://{http.Request.Host}{Root}";
        CheckStatusPayload payload = new(instanceId, $"{root}/instances/{Uri.EscapeDataString(instanceId)}", Query(http));
        http.Response.Headers.Location = payload.StatusQueryGetUri;
        http.Response.Headers.RetryAfter = "10";
        return RespondAsync(http, StatusCodes.Status202Accepted, payload);
    }

    private static string Query(HttpContext http)
    {
        QueryBuilder query = [];
        foreach (string name in (ReadOnlySpan<string>)["taskHub", "connection", "code"])
        {
            if (http.Request.Query[name] is { Count: > 0 } value)
            {
                query.Add(name, value.ToString());
            }
        }

        return query.ToQueryString().ToString().TrimStart('?');
    }

    private void Map(IEndpointRouteBuilder endpoints, string method, string pattern, Func<HttpContext, Task> handle) =>
        endpoints.MapMethods(
            pattern,
            [method],
            async http =>
            {
                if (
                    settings.RequireKeys
                    && !FunctionKeys.Matches(KeyAuthorization.Presented(http.Request), keys.System(KeyName), keys.Master)
                )
                {
                    http.Response.StatusCode = StatusCodes.Status401Unauthorized;
                    return;
                }

                try
                {
                    await handle(http);
                }
                catch (JsonException e)
                {
                    await RespondErrorAsync(http, StatusCodes.Status400BadRequest, "Invalid JSON content", e);
                }
                catch (ArgumentException e)
                {
                    await RespondErrorAsync(
                        http,
                        StatusCodes.Status400BadRequest,
                        "One or more of the arguments submitted is incorrect",
                        e
                    );
                }
                catch (NotSupportedException e)
                {
                    await RespondErrorAsync(http, StatusCodes.Status501NotImplemented, e.Message, e);
                }
                catch (Exception e) when (e is not OperationCanceledException && !http.Response.HasStarted)
                {
                    await RespondErrorAsync(
                        http,
                        StatusCodes.Status500InternalServerError,
                        "Something went wrong while processing your request",
                        e
                    );
                }
            }
        );

    private sealed record HttpError(string Message, string? ExceptionMessage, string? ExceptionType, string? StackTrace);
}
