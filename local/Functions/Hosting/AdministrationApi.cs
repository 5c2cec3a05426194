using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Local.Functions.Http;
using DurableMl.Local.Functions.Invocation;
using DurableMl.Local.Functions.Metadata;
using DurableMl.Local.Functions.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace DurableMl.Local.Functions;

/// <summary>The host's own API: <c>/admin/host/status</c>, <c>/admin/host/ping</c>, and <c>/admin/functions</c> to list functions and to run those that HTTP does not start.</summary>
internal sealed class AdministrationApi(
    FunctionCatalog catalog,
    FunctionInvoker invoker,
    IEnumerable<IManualTrigger> manual,
    KeyAuthorization authorization,
    HostIdentity identity,
    HostAddress address,
    HostSettings settings,
    TimeProvider time
)
{
    private readonly long started = time.GetTimestamp();

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        AdministrationApi api = endpoints.ServiceProvider.GetRequiredService<AdministrationApi>();
        // A function may have the root for its route; it goes before this.
        endpoints
            .MapGet("/", http => http.Response.WriteAsync("Your Functions host is up and running.", http.RequestAborted))
            .WithOrder(int.MaxValue);
        endpoints.MapGet("/admin/host/status", http => api.AuthorizedAsync(http, api.StatusAsync));
        endpoints.MapMethods("/admin/host/ping", ["GET", "POST"], http => api.AuthorizedAsync(http, _ => Task.CompletedTask));
        endpoints.MapGet("/admin/functions", http => api.AuthorizedAsync(http, api.ListAsync));
        endpoints.MapPost("/admin/functions/{name}", http => api.AuthorizedAsync(http, api.RunAsync));
    }

    private Task AuthorizedAsync(HttpContext http, Func<HttpContext, Task> handle)
    {
        if (authorization.AllowsAdministration(http.Request))
        {
            return handle(http);
        }

        http.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }

    private Task StatusAsync(HttpContext http) =>
        http.Response.WriteAsJsonAsync(
            new
            {
                id = identity.Value,
                state = "Running",
                version = typeof(AdministrationApi).Assembly.GetName().Version?.ToString(),
                instanceId = Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture),
                computerName = Environment.MachineName,
                processUptime = (long)time.GetElapsedTime(started).TotalMilliseconds,
            },
            http.RequestAborted
        );

    private Task ListAsync(HttpContext http) =>
        http.Response.WriteAsJsonAsync(
            catalog.Functions.Select(f => new
            {
                name = f.Name,
                language = "dotnet-isolated",
                isDisabled = false,
                invoke_url_template = f.Trigger is HttpTriggerAttribute trigger
                    ? $"{address.Value}/{HttpTriggerEndpoint.Pattern(settings, f, trigger)}"
                    : null,
                config = new
                {
                    name = f.Name,
                    entryPoint = f.EntryPoint,
                    bindings = f.Inputs.Concat(f.Outputs).Select(DiscoveredMetadata.Describe),
                },
            }),
            http.RequestAborted
        );

    /// <summary>Runs a function with <c>{"input": "…"}</c> as its trigger's value, and answers 202 at once.</summary>
    private async Task RunAsync(HttpContext http)
    {
        string name = (string)http.Request.RouteValues["name"]!;
        if (catalog.Functions.FirstOrDefault(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is not { } function)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        if (manual.FirstOrDefault(m => m.Handles(function)) is not { } trigger)
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            await http.Response.WriteAsync($"'{function.Name}' is started by an HTTP request: send it one.", http.RequestAborted);
            return;
        }

        TriggerEvent trigged;
        try
        {
            trigged = await trigger.CreateAsync(function, await ReadInputAsync(http.Request), http.RequestAborted);
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            await http.Response.WriteAsync(e.Message, http.RequestAborted);
            return;
        }

        // The caller is not kept waiting; the invoker logs how it ended, and a stopping host waits for it.
        _ = Task.Run(() => invoker.InvokeAsync(function, trigged, complete: null, CancellationToken.None), CancellationToken.None)
            .ContinueWith(static t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        http.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    private static async Task<string?> ReadInputAsync(HttpRequest request)
    {
        using StreamReader reader = new(request.Body, Encoding.UTF8);
        string body = await reader.ReadToEndAsync(request.HttpContext.RequestAborted);
        return body.Length == 0
            ? null
            : JsonNode.Parse(body)?["input"] switch
            {
                null => null,
                JsonValue value when value.TryGetValue(out string? text) => text,
                JsonNode other => other.ToJsonString(),
            };
    }
}
