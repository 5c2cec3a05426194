using DurableMl.Local.Functions.Invocation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker.Http;

namespace DurableMl.Local.Functions.Http;

/// <summary>Runs a function for a request, and writes what it returns.</summary>
internal sealed partial class HttpTriggerEndpoint(
    FunctionInvoker invoker,
    HostSettings settings,
    KeyAuthorization authorization,
    HttpThrottle throttle,
    ILogger<HttpTriggerEndpoint> logger
)
{
    /// <summary>The key under which the worker's ASP.NET Core extension keeps the HTTP context.</summary>
    public const string HttpContextItem = "HttpRequestContext";

    public static string Pattern(HostSettings settings, DiscoveredFunction function, HttpTriggerAttribute trigger)
    {
        string route = (trigger.Route ?? function.Name).Trim('/');
        return settings.RoutePrefix.Length == 0 ? route : $"{settings.RoutePrefix}/{route}";
    }

    public void Map(IEndpointRouteBuilder endpoints, DiscoveredFunction function, HttpTriggerAttribute trigger)
    {
        Task RunAsync(HttpContext http)
        {
            if (authorization.Allows(http.Request, function, trigger.AuthLevel))
            {
                return InvokeAsync(function, http);
            }

            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return Task.CompletedTask;
        }

        string pattern = Pattern(settings, function, trigger);
        IEndpointConventionBuilder endpoint = trigger.Methods is { Length: > 0 } methods
            ? endpoints.MapMethods(pattern, methods.Select(m => m.ToUpperInvariant()), RunAsync)
            : endpoints.Map(pattern, RunAsync);
        endpoint.WithDisplayName(function.Name);
    }

    private async Task InvokeAsync(DiscoveredFunction function, HttpContext http)
    {
        Dictionary<string, object?> data = new(StringComparer.OrdinalIgnoreCase);
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues value) in http.Request.Query)
        {
            data[name] = value.ToString();
        }

        foreach ((string name, object? value) in http.Request.RouteValues)
        {
            data[name] = value;
        }

        TriggerEvent trigger = new()
        {
            Value = http,
            BindingData = data,
            Prepare = context =>
            {
                context.Items[HttpContextItem] = http;
                context.Features.Set<IHttpRequestDataFeature>(new KestrelHttpRequestDataFeature(http));
                http.RequestServices = context.InstanceServices;
            },
        };
        try
        {
            using IDisposable? place = await throttle.EnterAsync(http.RequestAborted);
            if (place is null)
            {
                http.Response.StatusCode = StatusCodes.Status429TooManyRequests;
                return;
            }

            await invoker.InvokeAsync(function, trigger, (_, state) => WriteAsync(function, state, http), http.RequestAborted);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            http.Abort();
        }
        catch (Exception e)
        {
            Fail(http, e);
        }
    }

    /// <summary>The invoker has logged the error already; the caller learns no more than the genuine host says.</summary>
    private void Fail(HttpContext http, Exception error)
    {
        if (http.Response.HasStarted)
        {
            LogBrokenResponse(logger, error.Message);
            http.Abort();
            return;
        }

        http.Response.Clear();
        http.Response.StatusCode = error switch
        {
            BadHttpRequestException bad => bad.StatusCode,
            FunctionTimeoutException => StatusCodes.Status504GatewayTimeout,
            _ => StatusCodes.Status500InternalServerError,
        };
    }

    private static Task WriteAsync(DiscoveredFunction function, InvocationState state, HttpContext http)
    {
        object? result = function.Outputs.Length == 0 ? state.Result : HttpOutput(function, state);
        return result switch
        {
            IActionResult action => action.ExecuteResultAsync(new ActionContext(http, http.GetRouteData(), new ActionDescriptor())),
            IResult aspNet => aspNet.ExecuteAsync(http),
            HttpResponseData data => ResponseWriting.WriteAsync(data, http.Response),
            null => Empty(http.Response),
            string text => new ContentResult { Content = text, ContentType = "text/plain; charset=utf-8" }.ExecuteResultAsync(
                new ActionContext(http, http.GetRouteData(), new ActionDescriptor())
            ),
            _ => new ObjectResult(result).ExecuteResultAsync(new ActionContext(http, http.GetRouteData(), new ActionDescriptor())),
        };
    }

    /// <summary>Of several outputs the response is the one marked as such, or the one of the response's type.</summary>
    private static object? HttpOutput(DiscoveredFunction function, InvocationState state)
    {
        if (function.Outputs.FirstOrDefault(o => o.Attribute is HttpResultAttribute) is { } marked)
        {
            return state.Outputs.GetValueOrDefault(marked.Name);
        }

        return state
            .Result?.GetType()
            .GetProperties()
            .Where(p => typeof(HttpResponseData).IsAssignableFrom(p.PropertyType))
            .Select(p => p.GetValue(state.Result))
            .FirstOrDefault();
    }

    private static Task Empty(HttpResponse response)
    {
        if (!response.HasStarted && response.StatusCode == StatusCodes.Status200OK && response.ContentLength is null)
        {
            response.StatusCode = StatusCodes.Status204NoContent;
        }

        return Task.CompletedTask;
    }

    [LoggerMessage(1, LogLevel.Error, "The response was broken off after it had begun: {Reason}")]
    private static partial void LogBrokenResponse(ILogger logger, string reason);
}
