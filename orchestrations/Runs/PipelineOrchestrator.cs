using System.Text.Json;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Pipelines;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace DurableMl.Orchestrations.Runs;

/// <summary>Orchestrator: a run, from raw data to a published model. Its instance id is the run's id.</summary>
public static class PipelineOrchestrator
{
    /// <summary>Returns the <see cref="RunOutput"/> of a run that was published, rejected or cancelled.</summary>
    /// <exception cref="RunFailedException">A phase failed. The report is written all the same.</exception>
    [Function(nameof(PipelineOrchestrator))]
    public static async Task<JsonElement> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        PipelineDefinition pipeline = context.GetInput<PipelineDefinition>()!;
        var progress = new RunProgress(context, pipeline);
        var run = new PipelineRun(context, pipeline, progress);
        RunState state;
        string? failure = null;
        try
        {
            state = await run.RunAsync();
        }
        catch (RunFailedException e)
        {
            state = Failed(failure = e.Reason);
        }
        catch (TaskFailedException e)
        {
            state = Failed(failure = RootCause.Of(e));
        }

        RunPhase last = progress.Phase;
        if (state != RunState.Failed)
        {
            progress.Enter(RunPhase.Done, 1);
        }

        JsonElement output = progress.Output(state);
        await context.CallActivityAsync(nameof(WriteReport), new WriteReportInput(context.InstanceId, output), ActivityRetries.Transient);
        progress.Show();
        return failure is null ? output : throw new RunFailedException(last, failure);

        RunState Failed(string reason)
        {
            progress.Stop(reason);
            return RunState.Failed;
        }
    }
}
