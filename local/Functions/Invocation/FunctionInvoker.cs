using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Azure.Functions.Worker.Context.Features;
using Microsoft.Azure.Functions.Worker.Invocation;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace DurableMl.Local.Functions.Invocation;

/// <summary>Runs functions: the pipeline, the time limit, the outputs, the log.</summary>
internal sealed partial class FunctionInvoker
{
    /// <summary>The name of the worker's own source; nothing is spent where nobody listens.</summary>
    private static readonly ActivitySource Source = new("Microsoft.Azure.Functions.Worker");
    private readonly FunctionExecutionDelegate pipeline;
    private readonly OrchestrationPipeline orchestrationPipeline;
    private readonly IFunctionInputBindingFeature inputs;
    private readonly IOutputWriter[] outputs;
    private readonly IServiceScopeFactory scopes;
    private readonly ILoggerFactory loggers;
    private readonly ConcurrentDictionary<DiscoveredFunction, ILogger> functionLoggers = new();
    private readonly HostSettings settings;
    private readonly TimeProvider time;
    private readonly InvocationDrain drain;

    public FunctionInvoker(
        WorkerApplicationBuilder builder,
        IFunctionExecutor executor,
        IFunctionInputBindingFeature inputs,
        IEnumerable<IOutputWriter> outputs,
        IServiceScopeFactory scopes,
        ILoggerFactory loggers,
        HostSettings settings,
        TimeProvider time,
        InvocationDrain drain
    )
    {
        pipeline = builder.Build(context => executor.ExecuteAsync(context).AsTask());
        orchestrationPipeline = new OrchestrationPipeline(builder, executor);
        this.inputs = inputs;
        this.outputs = [.. outputs];
        this.scopes = scopes;
        this.loggers = loggers;
        this.settings = settings;
        this.time = time;
        this.drain = drain;
    }

    /// <summary>Runs a function once.</summary>
    /// <param name="function">The function.</param>
    /// <param name="trigger">What starts it.</param>
    /// <param name="complete">Takes the result while the invocation's services still live; null where nothing is to be done with it.</param>
    /// <param name="cancellation">Cancelled when whoever started the function goes away.</param>
    public async Task InvokeAsync(
        DiscoveredFunction function,
        TriggerEvent trigger,
        Func<FunctionContext, InvocationState, Task>? complete,
        CancellationToken cancellation
    )
    {
        using IDisposable running = drain.Enter();
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation, drain.Stopping);
        using Activity? activity = Source.StartActivity(
            $"function {function.Name}",
            function.Trigger is HttpTriggerAttribute ? ActivityKind.Server : ActivityKind.Internal
        );
        await using InvocationContext context = new(function, trigger, scopes, limit.Token);
        activity?.SetTag("faas.name", function.Name).SetTag("faas.invocation_id", context.InvocationId);
        InvocationState state = new();
        context.Features.Set(state);
        context.Features.Set(inputs);
        ILogger logger = functionLoggers.GetOrAdd(function, static (f, factory) => factory.CreateLogger($"Function.{f.Name}"), loggers);
        using IDisposable? scope = logger.BeginScope(new InvocationLogScope(function.Name, context.InvocationId));
        LogExecuting(logger, function.Name, context.InvocationId);
        long started = time.GetTimestamp();
        try
        {
            trigger.Prepare?.Invoke(context);
            await WithinLimitAsync(pipeline(context), function, context, limit);
            await WriteOutputsAsync(function, state, context);
            if (complete is not null)
            {
                await complete(context, state);
            }

            LogExecuted(logger, function.Name, context.InvocationId, time.GetElapsedTime(started).TotalMilliseconds);
        }
        catch (Exception e)
        {
            activity?.SetStatus(ActivityStatusCode.Error, e.Message);
            LogFailed(logger, e, function.Name, context.InvocationId, time.GetElapsedTime(started).TotalMilliseconds);
            throw;
        }
    }

    /// <summary>
    /// Runs a function for the durable engine. Where the host cancels it in order to stop, this never returns: the engine must not take the
    /// cancellation for a failure, and does the work again after the restart.
    /// </summary>
    /// <param name="function">The function.</param>
    /// <param name="trigger">What starts it.</param>
    /// <returns>The result.</returns>
    public async Task<object?> InvokeDurablyAsync(DiscoveredFunction function, TriggerEvent trigger)
    {
        object? result = null;
        try
        {
            await InvokeAsync(function, trigger, (_, state) => Task.FromResult(result = state.Result), CancellationToken.None);
        }
        catch (Exception) when (drain.Stopping.IsCancellationRequested)
        {
            await drain.AbandonAsync();
        }

        return result;
    }

    /// <summary>Runs a function, and again as its <see cref="RetryAttribute"/> says.</summary>
    /// <param name="function">The function.</param>
    /// <param name="trigger">What starts it, given which retry it is.</param>
    /// <param name="cancellation">Stops the waiting for a retry.</param>
    public async Task InvokeWithRetriesAsync(
        DiscoveredFunction function,
        Func<RetryContext, TriggerEvent> trigger,
        CancellationToken cancellation
    )
    {
        RetrySchedule? schedule = RetrySchedule.From(function);
        for (int retry = 0; ; retry++)
        {
            try
            {
                await InvokeAsync(
                    function,
                    trigger(new InvocationRetryContext(retry, schedule?.MaxRetryCount ?? 0)),
                    complete: null,
                    CancellationToken.None
                );
                return;
            }
            catch (Exception) when (schedule?.Allows(retry + 1) == true && !cancellation.IsCancellationRequested)
            {
                await Task.Delay(schedule.Delay(retry + 1), time, cancellation);
            }
        }
    }

    /// <summary>Runs an orchestrator's or entity's turn: no limit, no scope of its own for time, and nothing that leaves the calling thread.</summary>
    /// <param name="function">The function.</param>
    /// <param name="trigger">What starts it.</param>
    /// <returns>The result.</returns>
    public async Task<object?> InvokeTurnAsync(DiscoveredFunction function, TriggerEvent trigger)
    {
        // Its operations are short, so a stopping host lets them end: a cancellation would be recorded as a failure.
        await using InvocationContext context = new(function, trigger, scopes, CancellationToken.None);
        InvocationState state = new();
        context.Features.Set(state);
        context.Features.Set(inputs);
        trigger.Prepare?.Invoke(context);
        await orchestrationPipeline.RunAsync(context);
        return state.Result;
    }

    private async Task WithinLimitAsync(
        Task execution,
        DiscoveredFunction function,
        InvocationContext context,
        CancellationTokenSource limit
    )
    {
        if (settings.FunctionTimeout is not { } timeout || execution.IsCompleted)
        {
            await execution;
            return;
        }

        try
        {
            await execution.WaitAsync(timeout, time, CancellationToken.None);
        }
        catch (TimeoutException) when (!execution.IsCompleted)
        {
            await limit.CancelAsync();
            // The code is given a moment to see the cancellation. What it does after that no longer counts.
            await Task.WhenAny(execution, Task.Delay(TimeSpan.FromSeconds(5), time, CancellationToken.None));
            _ = execution.ContinueWith(
                static t => t.Exception,
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted,
                TaskScheduler.Default
            );
            throw new FunctionTimeoutException(
                $"Timeout value of {timeout:c} was exceeded by function: {function.Name} (id: {context.InvocationId})"
            );
        }
    }

    private async Task WriteOutputsAsync(DiscoveredFunction function, InvocationState state, FunctionContext context)
    {
        foreach (DiscoveredBinding output in function.Outputs)
        {
            if (output.Attribute is HttpResultAttribute || !state.Outputs.TryGetValue(output.Name, out object? value) || value is null)
            {
                continue;
            }

            IOutputWriter writer =
                outputs.FirstOrDefault(o => o.Handles(output.Attribute))
                ?? throw new NotSupportedException(
                    $"The local Functions host has no output binding for {output.Attribute.GetType()} ('{output.Name}' of '{function.Name}')."
                );
            await writer.WriteAsync(output.Attribute, value, context);
        }
    }

    [LoggerMessage(1, LogLevel.Debug, "Executing '{Function}' (Id={InvocationId})")]
    private static partial void LogExecuting(ILogger logger, string function, string invocationId);

    [LoggerMessage(2, LogLevel.Debug, "Executed '{Function}' (Succeeded, Id={InvocationId}, Duration={Duration:F0}ms)")]
    private static partial void LogExecuted(ILogger logger, string function, string invocationId, double duration);

    [LoggerMessage(3, LogLevel.Error, "Executed '{Function}' (Failed, Id={InvocationId}, Duration={Duration:F0}ms)")]
    private static partial void LogFailed(ILogger logger, Exception exception, string function, string invocationId, double duration);
}
