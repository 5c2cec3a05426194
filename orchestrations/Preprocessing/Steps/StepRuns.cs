using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Sweeps;
using DurableMl.Orchestrations.Training;
using Microsoft.DurableTask;

namespace DurableMl.Orchestrations.Preprocessing.Steps;

/// <summary>The part of <see cref="PreprocessOrchestrator"/> that runs jobs between the sources and everything else.</summary>
internal sealed class StepRuns(TaskOrchestrationContext context, TaskOptions retries)
{
    private const int LongestName = 24;

    private string? underWay;

    /// <summary>Runs all steps, one after the other, and returns the input for what follows.</summary>
    /// <exception cref="PermanentFailureException">A job failed, or left nothing.</exception>
    public async Task<PlanDatasetInput> RunAsync(PlanDatasetInput input)
    {
        foreach ((int number, PreprocessingStep step) in input.Dataset.Steps.Index())
        {
            string version = await context.CallActivityAsync<string>(nameof(PrepareStep), input, retries);
            string run = RunId(input.RunId, number, version);
            underWay = run;
            // As resumed: what an earlier execution of the run has done with the same files is not done again.
            SweepResult result = await context.CallSubOrchestratorAsync<SweepResult>(
                nameof(SweepOrchestrator), new SweepInput(run, PrepareStep.Dataset, version, step.Sweep, Resumed: true), new TaskOptions().WithInstanceId(run));
            underWay = null;
            if (result.Trials is not [{ State: TrialState.Completed }])
            {
                string reason = result.Stopped ?? (result.Trials is [{ Error: { } error }] ? error : "it was ended from outside");
                throw new PermanentFailureException(string.Create(CultureInfo.InvariantCulture, $"dataset.steps[{number}]: the job {step.Job} failed: {reason}"));
            }

            await context.CallActivityAsync(nameof(TakeStepOutput), new TakeStepOutputInput(input, run), retries);
            input = input with { StepsDone = number + 1 };
        }

        return input;
    }

    /// <summary>Ends the step under way, which does not end with the orchestration that waits for it.</summary>
    public void Cancel(string reason)
    {
        if (underWay is { } run)
        {
            context.SendEvent(run, RunEvents.Cancel, reason);
        }
    }

    // A run of its own, with its own Batch job, which follows from the files that it works on.
    private static string RunId(string runId, int step, string version)
    {
        string identity = string.Create(CultureInfo.InvariantCulture, $"{runId}/{step}/{version}");
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)))[..12];
        return string.Create(CultureInfo.InvariantCulture, $"{runId[..Math.Min(runId.Length, LongestName)]}-step{step}-{hash}");
    }
}
