using System.Diagnostics;
using System.Text.Json.Nodes;
using DurableMl.FunctionsHost.App;
using DurableMl.FunctionsHost.Security;
using DurableMl.FunctionsHost.Triggers;
using DurableMl.FunctionsHost.Worker;
using Microsoft.Azure.WebJobs;
using Microsoft.Azure.WebJobs.Extensions.Http;

namespace DurableMl.FunctionsHost.Http;

/// <summary>The host's own endpoints below /admin, of the form that the Functions host gives them. They ask for the master key.</summary>
internal sealed partial class AdminEndpoints(
    FunctionApp app,
    FunctionKeys keys,
    WorkerSupervisor workers,
    HostState state,
    IJobHost jobHost,
    ILogger<AdminEndpoints> logger,
    TimeProvider time)
{
    /// <summary>Maps the endpoints.</summary>
    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/admin/host/ping", () => Results.Ok());
        var admin = endpoints.MapGroup("/admin").AddEndpointFilter(async (context, next) =>
            keys.Allows(context.HttpContext.Request, AuthorizationLevel.Admin) ? await next(context) : Results.Unauthorized());
        admin.MapGet("/host/status", Status);
        admin.MapGet("/host/keys", () => Keys(keys.HostKeys()));
        admin.MapGet("/host/systemkeys", () => Keys(keys.SystemKeys()));
        admin.MapGet("/functions", (HttpRequest request) => app.Functions.Select(function => Describe(function, request)));
        admin.MapGet(
            "/functions/{name}",
            (string name, HttpRequest request) => app.Find(name) is { } function ? Results.Json(Describe(function, request)) : Results.NotFound());
        admin.MapGet(
            "/functions/{name}/keys", (string name) => app.Find(name) is { } function ? Keys(keys.KeysOf(function.Name)) : Results.NotFound());
        admin.MapPost("/functions/{name}", InvokeAsync);
    }

    private static IResult Keys(IReadOnlyDictionary<string, string> list) =>
        Results.Json(new { keys = list.Select(key => new { name = key.Key, value = key.Value }) });

    private IResult Status()
    {
        using var self = Process.GetCurrentProcess();
        return Results.Json(new
        {
            id = state.HostId,
            state = state.Phase.ToString(),
            version = typeof(AdminEndpoints).Assembly.GetName().Version?.ToString(),
            processUptime = (long)(time.GetUtcNow() - self.StartTime.ToUniversalTime()).TotalMilliseconds,
            worker = new { ready = workers.IsReady, processId = workers.ProcessId },
            errors = state.Faults.Concat(workers.LoadFaults).Concat(state.TriggerFaults)
                .Select(fault => $"Function '{fault.Key}': {fault.Value}")
                .Concat(state.Outages.Select(outage => $"Storage at {outage.Key} does not answer: {outage.Value}")),
        });
    }

    private object Describe(FunctionDefinition function, HttpRequest request) => new
    {
        name = function.Name,
        href = $"{request.Scheme}://{request.Host}/admin/functions/{function.Name}",
        invoke_url_template = function.IsHttp ? $"{request.Scheme}://{request.Host}/{HttpFunctions.RouteOf(app, function)}" : null,
        language = "dotnet-isolated",
        isDisabled = state.Disabled.Contains(function.Name),
        config = new
        {
            name = function.Name,
            scriptFile = function.ScriptFile,
            entryPoint = function.EntryPoint,
            bindings = function.Bindings.Select(binding => binding.Json),
        },
    };

    /// <summary>Runs a function once with the input that the body names: <c>{"input": "…"}</c>.</summary>
    private async Task<IResult> InvokeAsync(string name, HttpRequest request, CancellationToken cancellationToken)
    {
        if (app.Find(name) is not { } function || state.Faults.ContainsKey(name))
        {
            return Results.NotFound();
        }

        if (state.Disabled.Contains(function.Name))
        {
            return Results.BadRequest($"'{name}' is disabled by a setting.");
        }

        if (function.IsHttp || function.IsDurable)
        {
            var starter = function.IsHttp ? "requests to its own address" : "the durable client";
            return Results.BadRequest($"'{name}' is started by {starter}, not from here.");
        }

        JsonNode? body;
        try
        {
            body = await JsonNode.ParseAsync(request.Body, cancellationToken: cancellationToken);
        }
        catch (System.Text.Json.JsonException e)
        {
            return Results.BadRequest($"The body must be JSON such as {{\"input\": \"text\"}}. {e.Message}");
        }

        // A timer brings nothing with it.
        var arguments = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            [function.Trigger.Name] = function.Trigger.Is("timerTrigger") ? null : body?["input"]?.ToString() ?? "",
        };
        // Nobody waits for it: 202 says that it was begun.
        _ = RunAsync(function.Name, arguments);
        return Results.Accepted();
    }

    private async Task RunAsync(string function, Dictionary<string, object?> arguments)
    {
        try
        {
            await jobHost.CallAsync(function, arguments, CancellationToken.None);
        }
        catch (Exception e)
        {
            LogFailed(logger, function, FunctionFaults.Reason(e));
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The invocation of '{Function}' that was asked for failed: {Reason}")]
    private static partial void LogFailed(ILogger logger, string function, string reason);
}
