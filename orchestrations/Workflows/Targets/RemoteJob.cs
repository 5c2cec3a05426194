using System.Text.Json.Nodes;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Training;
using DurableMl.Workflows.Execution;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.Extensions.DependencyInjection;

namespace DurableMl.Orchestrations.Workflows.Targets;

/// <summary>A job that another service runs.</summary>
/// <param name="Id">Our id of it, by which it is started once however often it is asked for.</param>
/// <param name="IsContainer">Whether it is a job of Container Apps, or a Batch job.</param>
/// <param name="Arguments">What the task gives.</param>
/// <param name="Handle">What the service calls it; null until it is started.</param>
public sealed record RemoteJob(string Id, bool IsContainer, JsonNode? Arguments, string? Handle = null);

/// <summary>What runs jobs: each step can be done twice.</summary>
internal interface IRemoteJobs
{
    /// <summary>Starts the job, unless it is started. Returns what the service calls it.</summary>
    /// <exception cref="PermanentFailureException">The arguments are wrong.</exception>
    Task<string> StartAsync(RemoteJob job, CancellationToken cancellationToken);

    /// <summary>How the job has ended; null while it has not.</summary>
    Task<TaskAnswer?> ObserveAsync(RemoteJob job, CancellationToken cancellationToken);

    /// <summary>Ends the job if it goes on, and removes what it needed.</summary>
    Task EndAsync(RemoteJob job, CancellationToken cancellationToken);
}

/// <summary>The services that run jobs. Each is connected to when it is first needed: an app may have one, both or none.</summary>
/// <param name="services">The app's services.</param>
public sealed class RemoteJobServices(IServiceProvider services)
{
    internal IRemoteJobs For(RemoteJob job) => job.IsContainer ? services.GetRequiredService<ContainerJobs>() : services.GetRequiredService<BatchTasks>();
}

/// <summary>Activity: starts a job.</summary>
/// <param name="services">What runs it.</param>
public sealed class StartRemoteJob(RemoteJobServices services)
{
    /// <summary>Starts it and returns what the service calls it.</summary>
    [Function(nameof(StartRemoteJob))]
    public Task<string> RunAsync([ActivityTrigger] RemoteJob job, CancellationToken cancellationToken) => services.For(job).StartAsync(job, cancellationToken);
}

/// <summary>Activity: looks how a job is doing.</summary>
/// <param name="services">What runs it.</param>
public sealed class ObserveRemoteJob(RemoteJobServices services)
{
    /// <summary>Returns how it ended; null while it has not.</summary>
    [Function(nameof(ObserveRemoteJob))]
    public Task<TaskAnswer?> RunAsync([ActivityTrigger] RemoteJob job, CancellationToken cancellationToken) => services.For(job).ObserveAsync(job, cancellationToken);
}

/// <summary>Activity: ends a job.</summary>
/// <param name="services">What runs it.</param>
public sealed class EndRemoteJob(RemoteJobServices services)
{
    /// <summary>Ends it.</summary>
    [Function(nameof(EndRemoteJob))]
    public Task RunAsync([ActivityTrigger] RemoteJob job, CancellationToken cancellationToken) => services.For(job).EndAsync(job, cancellationToken);
}

/// <summary>Orchestrator: a job of another service, from its start to its end. Its instance id is the job's.</summary>
public static class RemoteJobOrchestrator
{
    private const int LooksPerExecution = 50;

    /// <summary>Returns how the job ended; what goes wrong is in the answer.</summary>
    [Function(nameof(RemoteJobOrchestrator))]
    public static async Task<TaskAnswer> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        RemoteJobRun run = context.GetInput<RemoteJobRun>()!;
        var cancellation = new Cancellation(context);
        try
        {
            if (run.Job.Handle is null)
            {
                run = new RemoteJobRun(run.Job with { Handle = await cancellation.CallToItsEndAsync<string>(nameof(StartRemoteJob), run.Job) }, context.CurrentUtcDateTime);
            }

            for (int look = 0; look < LooksPerExecution; look++)
            {
                if (await cancellation.CallAsync<TaskAnswer?>(nameof(ObserveRemoteJob), run.Job) is { } answer)
                {
                    await EndAsync(context, run.Job);
                    return answer;
                }

                await context.WaitAsync(PollSchedule.Trial.After(context.CurrentUtcDateTime - run.StartedAt), cancellation.Requested);
                cancellation.ThrowIfRequested();
            }
        }
        catch (CancelledException)
        {
            await EndAsync(context, run.Job);
            return Failed($"cancelled: {await cancellation.Requested}");
        }
        catch (TaskFailedException e)
        {
            await EndAsync(context, run.Job);
            return Failed(RootCause.Of(e));
        }

        context.ContinueAsNew(run);
        return Failed("");
    }

    private static TaskAnswer Failed(string cause) => new(IsFailure: true, null, ErrorNames.TaskFailed, cause);

    private static async Task EndAsync(TaskOrchestrationContext context, RemoteJob job)
    {
        try
        {
            if (job.Handle is not null)
            {
                await context.CallActivityAsync(nameof(EndRemoteJob), job, ActivityRetries.Brief);
            }
        }
        catch (TaskFailedException)
        {
            // How it ended is known all the same; a Batch job that is left is removed by the app's timer.
        }
    }
}

/// <summary>What <see cref="RemoteJobOrchestrator"/> works on.</summary>
/// <param name="Job">The job.</param>
/// <param name="StartedAt">When it was started, UTC.</param>
public sealed record RemoteJobRun(RemoteJob Job, DateTime StartedAt);
