using System.Text.Json;
using DurableMl.Orchestrations.Importing;
using DurableMl.Orchestrations.Preprocessing;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Schedules;
using DurableMl.Orchestrations.Scoring;
using DurableMl.Orchestrations.Sweeps;
using DurableMl.Orchestrations.Training;
using DurableMl.Orchestrations.Workflows;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Testing;

namespace Orchestrations.Tests.Fixtures;

/// <summary>The genuine worker on an engine in memory, with all orchestrators and the activities that a test gives it.</summary>
internal sealed class TaskHub : IAsyncDisposable
{
    private readonly DurableTaskTestHost host;
    private readonly CancellationTokenSource timeout = new(Patience.Limit);

    private TaskHub(DurableTaskTestHost host) => this.host = host;

    public DurableTaskClient Client => host.Client;

    public CancellationToken Timeout => timeout.Token;

    public static async Task<TaskHub> StartAsync(Action<DurableTaskRegistry> activities)
    {
        TaskHub? hub = null;
        return hub = new(await DurableTaskTestHost.StartAsync(
            tasks =>
            {
                tasks.AddOrchestratorFunc<PlanDatasetInput, DatasetReference?>(nameof(PreprocessOrchestrator), (context, _) => PreprocessOrchestrator.RunAsync(context));
                tasks.AddOrchestratorFunc<TrialInput, TrialReport>(nameof(TrialOrchestrator), (context, _) => TrialOrchestrator.RunAsync(context));
                tasks.AddOrchestratorFunc<SweepInput, SweepResult>(nameof(SweepOrchestrator), (context, _) => SweepOrchestrator.RunAsync(context));
                tasks.AddOrchestratorFunc<RunInput, JsonElement>(nameof(PipelineOrchestrator), (context, _) => PipelineOrchestrator.RunAsync(context));
                tasks.AddOrchestratorFunc<ImportInput, JsonElement>(nameof(ImportOrchestrator), (context, _) => ImportOrchestrator.RunAsync(context));
                tasks.AddOrchestratorFunc<ScoreInput, ScoreSummary>(nameof(ScoreOrchestrator), (context, _) => ScoreOrchestrator.RunAsync(context));
                tasks.AddOrchestratorFunc<WorkflowInput, WorkflowResult?>(
                    nameof(WorkflowOrchestrator), (context, _) => WorkflowOrchestrator.RunAsync(context));
                tasks.AddOrchestratorFunc<string, bool>(
                    nameof(ScheduleOrchestrator),
                    async (context, _) =>
                    {
                        await ScheduleOrchestrator.RunAsync(context);
                        return true;
                    });
                tasks.AddOrchestratorFunc<WorkflowItems, IReadOnlyList<DurableMl.Workflows.Execution.ItemOutcome>>(
                    nameof(WorkflowItemsOrchestrator), (context, _) => WorkflowItemsOrchestrator.RunAsync(context));
                tasks.AddActivityFunc<FindLostTrialsInput, IReadOnlyList<TrialReport>>(nameof(FindLostTrials), (_, look) => FindLostTrials.RunAsync(look, hub!.Client, default));
                activities(tasks);
            },
            new DurableTaskTestHostOptions { Port = FreePort.Next() }));
    }

    /// <summary>Starts an orchestration and returns it once it has ended.</summary>
    public async Task<OrchestrationMetadata> RunAsync(string name, object input, string? instanceId = null)
    {
        string id = await Client.ScheduleNewOrchestrationInstanceAsync(name, input, new StartOrchestrationOptions(instanceId), Timeout);
        return await Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, Timeout);
    }

    /// <summary>Waits until an instance is as wanted.</summary>
    public Task<OrchestrationMetadata> UntilAsync(string instanceId, Func<OrchestrationMetadata, bool> wanted) => Eventually.GetAsync(
        async () => await Client.GetInstanceAsync(instanceId, getInputsAndOutputs: true, Timeout) is { } instance && wanted(instance) ? instance : null,
        $"{instanceId} is as wanted",
        cancellationToken: Timeout);

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        timeout.Dispose();
    }
}
