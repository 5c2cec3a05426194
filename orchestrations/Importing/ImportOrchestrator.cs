using System.Text.Json;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Training;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace DurableMl.Orchestrations.Importing;

/// <summary>Orchestrator: a model of another framework becomes ONNX on Batch, is compared with the original, and is published.</summary>
public static class ImportOrchestrator
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(2);

    /// <summary>Returns what was published; fails with the reason where the conversion or the comparison fails.</summary>
    [Function(nameof(ImportOrchestrator))]
    public static async Task<ImportOutput> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        ImportInput input = context.GetInput<ImportInput>()!;
        string version = await context.CallActivityAsync<string>(nameof(PrepareImport), input, ActivityRetries.Transient);
        var sweep = new SweepDefinition(
            "model-import", 1, 0, 1, new ObjectiveDefinition("rows", ObjectiveGoal.Maximize), new Dictionary<string, ParameterDefinition>(StringComparer.Ordinal),
            0, 1, new RetryBudgets(2, 5, 5), Longest, null, 1);
        var parameters = new Dictionary<string, JsonElement>(StringComparer.Ordinal) { ["format"] = JsonSerializer.SerializeToElement(input.Request.Format) };
        var trial = new TrialInput(input.RunId, ImportInput.Trial, PrepareImport.Dataset, version, parameters, 0, sweep, HasDedicatedPool: false);
        TrialStatus status = await context.CallSubOrchestratorAsync<TrialStatus>(
            nameof(TrialOrchestrator), trial, new TaskOptions().WithInstanceId(RunIds.Trial(input.RunId, ImportInput.Trial)));
        return status.State == TrialState.Completed
            ? await context.CallActivityAsync<ImportOutput>(nameof(PublishImport), input, ActivityRetries.Transient)
            : throw new PermanentFailureException($"The conversion failed: {status.Error}");
    }
}
