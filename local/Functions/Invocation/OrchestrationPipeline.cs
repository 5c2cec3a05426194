using Microsoft.Azure.Functions.Worker.Invocation;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace DurableMl.Local.Functions.Invocation;

/// <summary>
/// Runs middleware around an orchestrator or entity. The function must stay on the engine's thread, but middleware may await what it likes:
/// so it runs on other threads, and the engine's waits while it does.
/// </summary>
internal sealed class OrchestrationPipeline(WorkerApplicationBuilder builder, IFunctionExecutor executor)
{
    public Task RunAsync(FunctionContext context) =>
        builder.HasMiddleware ? RunWithMiddlewareAsync(context) : executor.ExecuteAsync(context).AsTask();

    private async Task RunWithMiddlewareAsync(FunctionContext context)
    {
        TaskCompletionSource entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource left = new(TaskCreationOptions.RunContinuationsAsynchronously);
        FunctionExecutionDelegate pipeline = builder.Build(_ =>
        {
            entered.TrySetResult();
            return left.Task;
        });
        Task middleware = Task.Run(() => pipeline(context));
        Wait(Task.WhenAny(entered.Task, middleware));
        if (entered.Task.IsCompleted)
        {
            try
            {
                await executor.ExecuteAsync(context);
                left.SetResult();
            }
            catch (Exception e)
            {
                left.SetException(e);
            }
        }

        Wait(middleware);
    }

    /// <summary>Blocks on purpose: an await here would give the engine's thread back in the middle of a turn.</summary>
    private static void Wait(Task task) => task.GetAwaiter().GetResult();
}
