using System.Text.Json;
using DurableMl.Orchestrations.Failures;
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
        RunInput input = context.GetInput<RunInput>()!;
        DateTime startedAt = context.CurrentUtcDateTime;
        var progress = new RunProgress(context, input.Pipeline);
        var run = new PipelineRun(context, input, progress);
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

        progress.End(state);
        JsonElement output = progress.Output(state, withReport: true);
        try
        {
            await context.CallActivityAsync(nameof(WriteReport), new WriteReportInput(context.InstanceId, startedAt, output), ActivityRetries.Brief);
        }
        catch (TaskFailedException e)
        {
            // What the run came to stands in its output too.
            progress.Note(null, $"the report could not be written: {RootCause.Of(e)}");
            output = progress.Output(state, withReport: false);
        }

        progress.Show();
        return failure is null ? output : throw new RunFailedException(last, failure);

        RunState Failed(string reason)
        {
            progress.Stop(reason);
            return RunState.Failed;
        }
    }
}
