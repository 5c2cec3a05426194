using DurableMl.Orchestrations.Importing;
using DurableMl.Orchestrations.Preprocessing;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Sweeps;
using DurableMl.Orchestrations.Training;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Orchestrations.Tests.Fixtures;

/// <summary>The real engine on a file of its own, with all orchestrators and the activities that a test gives it.</summary>
internal sealed class TaskHub : IAsyncDisposable
{
    private readonly IHost host;
    private readonly TemporaryFolder? folder;
    private readonly CancellationTokenSource timeout = new(Patience.Limit);

    private TaskHub(IHost host, TemporaryFolder? folder)
    {
        this.host = host;
        this.folder = folder;
    }

    public DurableTaskClient Client => host.Services.GetRequiredService<DurableTaskClient>();

    public CancellationToken Timeout => timeout.Token;

    public static async Task<TaskHub> StartAsync(Action<DurableTaskRegistry, Func<DurableTaskClient>> activities)
    {
        var folder = new TemporaryFolder();
        return await StartAsync(folder["hub.db"], folder, activities);
    }

    public static Task<TaskHub> StartAsync(string path, Action<DurableTaskRegistry, Func<DurableTaskClient>> activities) => StartAsync(path, null, activities);

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
        await host.StopAsync();
        await ((IAsyncDisposable)host).DisposeAsync();
        timeout.Dispose();
        folder?.Dispose();
    }

    private static async Task<TaskHub> StartAsync(string path, TemporaryFolder? folder, Action<DurableTaskRegistry, Func<DurableTaskClient>> activities)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        IHost? host = null;
        builder.Services.AddDurableTaskWorker(worker => worker.UseSqlite(path).AddTasks(tasks =>
        {
            tasks.AddOrchestratorFunc(nameof(PreprocessOrchestrator), context => PreprocessOrchestrator.RunAsync(context));
            tasks.AddOrchestratorFunc(nameof(TrialOrchestrator), context => TrialOrchestrator.RunAsync(context));
            tasks.AddOrchestratorFunc(nameof(SweepOrchestrator), context => SweepOrchestrator.RunAsync(context));
            tasks.AddOrchestratorFunc(nameof(PipelineOrchestrator), context => PipelineOrchestrator.RunAsync(context));
            tasks.AddOrchestratorFunc(nameof(ImportOrchestrator), context => ImportOrchestrator.RunAsync(context));
            activities(tasks, () => host!.Services.GetRequiredService<DurableTaskClient>());
        }));
        builder.Services.AddDurableTaskClient(client =>
        {
            client.UseSqlite(path);
            client.RegisterDirectly();
        });
        host = builder.Build();
        await host.StartAsync();
        return new TaskHub(host, folder);
    }
}
