using DurableMl.Orchestrations.Failures;
using Microsoft.DurableTask;

namespace DurableMl.Orchestrations.Runs;

/// <summary>The wish that a run or an import stop, which may come in any phase of it. Lives inside its orchestrator.</summary>
internal sealed class Cancellation(TaskOrchestrationContext context)
{
    /// <summary>Completes, with the reason, once somebody wishes so.</summary>
    public Task<string> Requested { get; } = context.WaitForExternalEvent<string>(RunEvents.Cancel);

    /// <exception cref="CancelledException">Somebody has wished so.</exception>
    public void ThrowIfRequested()
    {
        if (Requested.IsCompleted)
        {
            throw new CancelledException();
        }
    }

    /// <summary>Calls an activity that may be left half done: it is not awaited any longer after a cancellation.</summary>
    /// <exception cref="CancelledException">It was cancelled first.</exception>
    public async Task<T> CallAsync<T>(string activity, object work)
    {
        Task<T> call = context.CallActivityAsync<T>(activity, work, ActivityRetries.Until(Requested));
        await Task.WhenAny(call, Requested);
        ThrowIfRequested();
        return await call;
    }

    /// <summary>Calls an activity that is awaited to its end even after a cancellation; only an outage is not waited out any longer then.</summary>
    /// <exception cref="CancelledException">It did not succeed before it was cancelled.</exception>
    public async Task<T> CallToItsEndAsync<T>(string activity, object work)
    {
        try
        {
            return await context.CallActivityAsync<T>(activity, work, ActivityRetries.Until(Requested));
        }
        catch (TaskFailedException) when (Requested.IsCompleted)
        {
            throw new CancelledException();
        }
    }

    /// <summary>Awaits a sub-orchestration. A cancellation is passed on to it meanwhile; either way its own end is awaited.</summary>
    public async Task<T> AwaitAsync<T>(string instance, Func<TaskOptions, Task<T>> start)
    {
        Task<T> work = start(new TaskOptions().WithInstanceId(instance));
        if (await Task.WhenAny(work, Requested) == Requested)
        {
            context.SendEvent(instance, RunEvents.Cancel, await Requested);
        }

        return await work;
    }
}

/// <summary>A run or an import was cancelled.</summary>
internal sealed class CancelledException : Exception;
