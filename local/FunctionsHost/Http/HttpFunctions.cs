using System.Text.Json.Nodes;
using System.Threading.RateLimiting;
using DurableMl.FunctionsHost.App;
using DurableMl.FunctionsHost.Security;
using DurableMl.FunctionsHost.Triggers;
using DurableMl.FunctionsHost.Worker;
using DurableMl.FunctionsHost.Worker.Protocol;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.WebJobs;
using Microsoft.Azure.WebJobs.Extensions.Http;
using Microsoft.Azure.WebJobs.Host;
using Yarp.ReverseProxy.Forwarder;

namespace DurableMl.FunctionsHost.Http;

/// <summary>The app's HTTP functions at their routes.</summary>
internal sealed partial class HttpFunctions(
    FunctionApp app,
    FunctionKeys keys,
    HostState state,
    WorkerSupervisor workers,
    HttpInvoker http,
    IJobHost jobHost,
    IConfiguration configuration,
    ILoggerFactory loggers,
    TimeProvider time)
    : IAsyncDisposable
{
    /// <summary>How long a function may go on after it was told that its time is up; then its worker is restarted.</summary>
    private static readonly TimeSpan GracePeriod = TimeSpan.FromSeconds(5);

    private readonly ConcurrencyLimiter? _limiter = Limiter(configuration.GetSection($"{HostJson.Section}:extensions:http"));

    /// <summary>The address of a function: the prefix of host.json and the route, which is the function's name unless it says otherwise.</summary>
    public static string RouteOf(FunctionApp app, FunctionDefinition function) =>
        $"{app.Host.RoutePrefix.Trim('/')}/{(function.Trigger["route"] ?? function.Name).Trim('/')}".Trim('/');

    /// <summary>Maps the functions.</summary>
    /// <param name="endpoints">Where to.</param>
    /// <param name="functions">The functions that are not disabled.</param>
    /// <param name="faults">Gets the reason for each function that cannot be mapped.</param>
    public void Map(IEndpointRouteBuilder endpoints, IEnumerable<FunctionDefinition> functions, IDictionary<string, string> faults)
    {
        foreach (var function in functions.Where(function => function.IsHttp))
        {
            var route = RouteOf(app, function);
            if (route.StartsWith("admin/", StringComparison.OrdinalIgnoreCase)
                || route.StartsWith("runtime/", StringComparison.OrdinalIgnoreCase))
            {
                faults[function.Name] = $"{function.Trigger.Description}: the route begins with a word that is the host's own; use another one.";
                continue;
            }

            var authLevel = function.Trigger["authLevel"] ?? nameof(AuthorizationLevel.Function);
            if (!Enum.TryParse<AuthorizationLevel>(authLevel, ignoreCase: true, out var level))
            {
                faults[function.Name] = $"{function.Trigger.Description}: 'authLevel' is '{authLevel}'.";
                continue;
            }

            try
            {
                var logger = loggers.CreateLogger($"Function.{function.Name}");
                var methods = (function.Trigger.Json["methods"] as JsonArray ?? []).Select(method => method!.ToString().ToUpperInvariant()).ToArray();
                var endpoint = endpoints
                    .Map(RoutePatternFactory.Parse(route), context => HandleAsync(context, function, level, logger))
                    .WithDisplayName(function.Name);
                if (methods.Length > 0)
                {
                    endpoint.WithMetadata(new HttpMethodMetadata(methods));
                }
            }
            catch (RoutePatternException e)
            {
                faults[function.Name] = $"{function.Trigger.Description}: the route is wrong. {e.Message}";
            }
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _limiter?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>How many requests run and wait at once, as host.json says; without limits unless it says so.</summary>
    private static ConcurrencyLimiter? Limiter(IConfigurationSection settings)
    {
        var outstanding = settings.GetValue("maxOutstandingRequests", -1);
        var concurrent = settings.GetValue("maxConcurrentRequests", -1);
        if (outstanding <= 0 && concurrent <= 0)
        {
            return null;
        }

        var permits = concurrent > 0 ? concurrent : outstanding;
        return new ConcurrencyLimiter(new ConcurrencyLimiterOptions
        {
            PermitLimit = permits,
            QueueLimit = outstanding > 0 ? Math.Max(0, outstanding - permits) : int.MaxValue,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        });
    }

    private async Task HandleAsync(HttpContext context, FunctionDefinition function, AuthorizationLevel level, ILogger logger)
    {
        if (!keys.Allows(context.Request, level, function.Name))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        if (workers.LoadFaults.ContainsKey(function.Name) || state.Faults.ContainsKey(function.Name))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        if (state.Phase == HostPhase.Stopping)
        {
            await AnswerUnavailableAsync(context, "The host is stopping.");
            return;
        }

        using var lease = _limiter is null ? null : await _limiter.AcquireAsync(1, context.RequestAborted);
        if (lease is { IsAcquired: false })
        {
            context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            return;
        }

        var started = time.GetTimestamp();
        try
        {
            if (!function.Outputs.Any() && http.TryGetInputs(function, out var inputs))
            {
                await InvokeDirectlyAsync(context, function, inputs);
                LogExecuted(logger, function.Name, "Succeeded", time.GetElapsedTime(started).TotalMilliseconds);
            }
            else
            {
                await InvokeThroughBindingsAsync(context, function);
            }
        }
        catch (Exception e) when (!context.RequestAborted.IsCancellationRequested)
        {
            e = e is FunctionInvocationException { InnerException: { } inner } ? inner : e;
            LogFailed(logger, e is FunctionFailedException ? null : e, function.Name, Reason(e));
            await AnswerFailureAsync(context, e);
        }
        catch (Exception e)
        {
            LogAborted(logger, function.Name, Reason(e));
        }
    }

    /// <summary>
    /// Most functions have no bindings but the request and a durable client: past the WebJobs SDK's pipeline, an invocation takes a third of
    /// the processor time.
    /// </summary>
    private async Task InvokeDirectlyAsync(HttpContext context, FunctionDefinition function, ParameterBinding[] inputs)
    {
        var channel = await workers.GetChannelAsync(context.RequestAborted);
        var request = new InvocationRequest
        {
            InvocationId = Guid.NewGuid().ToString(),
            FunctionId = function.Name,
            TraceContext = FunctionInvoker.TraceContext(),
        };
        request.InputData.AddRange(inputs);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        if (app.Host.FunctionTimeout is { } limit)
        {
            timeout.CancelAfter(limit);
        }

        var invocation = http.ForwardAsync(context, channel, function, request, timeout.Token);
        if (await TimesOutAsync(invocation, timeout.Token, context.RequestAborted))
        {
            var reason = WorkerSupervisor.OutOfTime(function.Name, app.Host.FunctionTimeout);
            workers.Restart(reason);
            await ((Task)invocation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw new TimeoutException(reason);
        }

        var response = await invocation;
        if (response.Result.Status != StatusResult.Types.Status.Success)
        {
            throw new FunctionFailedException(response.Result);
        }

        if (timeout.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            throw new TimeoutException($"It exceeded the time of {app.Host.FunctionTimeout} that host.json gives it.");
        }
    }

    /// <summary>Waits for an invocation; true if its time and the grace after it are over.</summary>
    private async Task<bool> TimesOutAsync(Task invocation, CancellationToken timeout, CancellationToken aborted)
    {
        await invocation.WaitAsync(timeout).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (invocation.IsCompleted || aborted.IsCancellationRequested)
        {
            return false;
        }

        await Task.WhenAny(invocation, Task.Delay(GracePeriod, time, aborted));
        return !invocation.IsCompleted && !aborted.IsCancellationRequested;
    }

    private async Task InvokeThroughBindingsAsync(HttpContext context, FunctionDefinition function)
    {
        // The SDK reads a JSON body for binding expressions; the function must be able to read it again.
        context.Request.EnableBuffering();
        context.Items[HttpExtensionConstants.AzureWebJobsHttpRouteDataKey] = context.Request.RouteValues
            .Where(value => value.Value is not null)
            .ToDictionary(value => value.Key, value => value.Value!, StringComparer.OrdinalIgnoreCase);
        var arguments = new Dictionary<string, object>(StringComparer.Ordinal) { [function.Trigger.Name] = context.Request };
        await jobHost.CallAsync(function.Name, arguments, context.RequestAborted);
    }

    // The worker has logged its own failures with their stack already.
    private static string Reason(Exception error) => error is FunctionFailedException failure ? failure.Reason : error.Message;

    private static async Task AnswerFailureAsync(HttpContext context, Exception error)
    {
        if (context.Response.HasStarted)
        {
            // The caller must not take what it has for the whole answer.
            context.Abort();
            return;
        }

        context.Response.Clear();
        if (error is WorkerUnavailableException)
        {
            await AnswerUnavailableAsync(context, "The app's worker is not running. The host is starting it again.");
            return;
        }

        // The caller's fault, such as a body that is too large, has a status of its own.
        var cause = BadRequest(context.Features.Get<IForwarderErrorFeature>()?.Exception ?? error);
        context.Response.StatusCode = cause?.StatusCode ?? StatusCodes.Status500InternalServerError;
    }

    private static BadHttpRequestException? BadRequest(Exception? error) => error switch
    {
        null => null,
        BadHttpRequestException bad => bad,
        AggregateException several => several.InnerExceptions.Select(BadRequest).FirstOrDefault(bad => bad is not null),
        _ => BadRequest(error.InnerException),
    };

    private static Task AnswerUnavailableAsync(HttpContext context, string reason)
    {
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        context.Response.Headers.RetryAfter = "1";
        return context.Response.WriteAsync(reason);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Executed 'Functions.{Function}' ({Status}, Duration={Milliseconds:0}ms)")]
    private static partial void LogExecuted(ILogger logger, string function, string status, double milliseconds);

    [LoggerMessage(Level = LogLevel.Error, Message = "Executed 'Functions.{Function}' (Failed). {Reason}")]
    private static partial void LogFailed(ILogger logger, Exception? error, string function, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "The caller of 'Functions.{Function}' has gone. {Reason}")]
    private static partial void LogAborted(ILogger logger, string function, string reason);
}
