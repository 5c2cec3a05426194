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
        var board = new RunBoard(context, pipeline);
        var course = new RunCourse(context, pipeline, board);
        RunState state;
        string? failure = null;
        try
        {
            state = await course.RunAsync();
        }
        catch (RunFailedException e)
        {
            state = Failed(failure = e.Reason);
        }
        catch (TaskFailedException e)
        {
            state = Failed(failure = RootCause.Of(e));
        }

        RunPhase last = board.Phase;
        if (state != RunState.Failed)
        {
            board.Enter(RunPhase.Done, 1);
        }

        JsonElement output = board.Output(state);
        await context.CallActivityAsync(nameof(WriteReport), new WriteReportInput(context.InstanceId, output), ActivityRetries.Transient);
        board.Show();
        return failure is null ? output : throw new RunFailedException(last, failure);

        RunState Failed(string reason)
        {
            board.Stop(reason);
            return RunState.Failed;
        }
    }
}
