using System.Diagnostics;
using DurableMl.FunctionsHost.App;
using DurableMl.FunctionsHost.Http;
using DurableMl.FunctionsHost.Logging;
using DurableMl.FunctionsHost.Worker;
using DurableMl.FunctionsHost.Worker.Protocol;
using Microsoft.Azure.WebJobs;

namespace DurableMl.FunctionsHost.Triggers;

/// <summary>Carries an invocation that the WebJobs SDK begins to the worker, and its outputs back.</summary>
internal sealed class FunctionInvoker(WorkerSupervisor workers, HttpInvoker http)
{
    /// <summary>Runs a function.</summary>
    /// <param name="function">The function.</param>
    /// <param name="trigger">What started it.</param>
    /// <param name="binder">Knows the trigger's binding data; binds inputs and outputs.</param>
    /// <param name="context">Which invocation and retry this is.</param>
    /// <param name="cancellationToken">Cancelled on a time-out and when the host stops.</param>
    /// <returns>What the function returned, for the durable extension.</returns>
    /// <exception cref="FunctionFailedException">The function failed.</exception>
    /// <exception cref="WorkerUnavailableException">There was no worker to run it, or the worker ended.</exception>
    public async Task<object?> InvokeAsync(
        FunctionDefinition function,
        object? trigger,
        Binder binder,
        Microsoft.Azure.WebJobs.ExecutionContext context,
        CancellationToken cancellationToken)
    {
        var channel = await workers.GetChannelAsync(cancellationToken);
        var request = new InvocationRequest { InvocationId = context.InvocationId.ToString(), FunctionId = function.Name };
        if (trigger is not HttpRequest)
        {
            request.InputData.Add(new ParameterBinding { Name = function.Trigger.Name, Data = TypedDataConversion.ToTypedData(trigger) });
        }

        InputBindings.AddMembers(function, trigger, binder.BindingData);
        foreach (var input in function.Inputs)
        {
            var value = await InputBindings.ReadAsync(input, binder, cancellationToken);
            request.InputData.Add(new ParameterBinding { Name = input.Name, Data = TypedDataConversion.ToTypedData(value) });
        }

        foreach (var (name, value) in binder.BindingData)
        {
            // "sys" is the SDK's own; a request is forwarded, not described.
            if (value is not null and not HttpRequest && !string.Equals(name, "sys", StringComparison.OrdinalIgnoreCase))
            {
                request.TriggerMetadata[name] = TypedDataConversion.ToTypedData(value);
            }
        }

        if (context.RetryContext is { } retry)
        {
            request.RetryContext = new Worker.Protocol.RetryContext
            {
                RetryCount = retry.RetryCount,
                MaxRetryCount = retry.MaxRetryCount,
                Exception = retry.Exception is { } error
                    ? new RpcException { Message = error.Message, Type = error.GetType().FullName, StackTrace = error.StackTrace ?? "" }
                    : null,
            };
        }

        using var activity = trigger is HttpRequest ? null : Telemetry.Source.StartActivity(function.Name, ActivityKind.Server);
        request.TraceContext = TraceContext();
        var response = trigger is HttpRequest message
            ? await http.ForwardAsync(message.HttpContext, channel, function, request, cancellationToken)
            : await workers.InvokeAsync(channel, function.Name, request, cancellationToken);
        if (response.Result.Status != StatusResult.Types.Status.Success)
        {
            var failure = new FunctionFailedException(response.Result);
            activity?.SetStatus(ActivityStatusCode.Error, failure.RemoteMessage);
            throw failure;
        }

        await OutputBindings.WriteAsync(function, response, binder, cancellationToken);
        return function.IsDurable ? TypedDataConversion.ToObject(response.ReturnValue) : null;
    }

    /// <summary>The trace that the current code belongs to.</summary>
    public static RpcTraceContext TraceContext() => Activity.Current is { } activity
        ? new RpcTraceContext { TraceParent = activity.Id ?? "", TraceState = activity.TraceStateString ?? "" }
        : new RpcTraceContext();
}
