using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Engine;
using Microsoft.DurableTask.Sqlite;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DurableTask.Tests;

/// <summary>A host with a worker and a client on one file.</summary>
sealed class EngineHost : IAsyncDisposable
{
    readonly IHost host;
    readonly CancellationTokenSource timeout = new(Patience.Limit);

    EngineHost(IHost host) => this.host = host;

    public DurableTaskClient Client => host.Services.GetRequiredService<DurableTaskClient>();

    /// <summary>Ends every wait of a test that hangs.</summary>
    public CancellationToken Timeout => timeout.Token;

    public static Task<EngineHost> StartAsync(string path, Action<DurableTaskRegistry> tasks) =>
        StartAsync(path, worker => worker.AddTasks(tasks));

    public static async Task<EngineHost> StartAsync(
        string path,
        Action<IDurableTaskWorkerBuilder>? worker,
        Action<IDurableTaskClientBuilder>? client = null,
        Action<IServiceCollection>? services = null)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.Debug);
        if (worker is not null)
        {
            builder.Services.AddDurableTaskWorker(configure =>
            {
                configure.UseSqlite(path);
                worker(configure);
            });
        }

        builder.Services.AddDurableTaskClient(configure =>
        {
            configure.UseSqlite(path);
            configure.RegisterDirectly();
            client?.Invoke(configure);
        });
        services?.Invoke(builder.Services);
        IHost host = builder.Build();
        await host.StartAsync();
        return new EngineHost(host);
    }

    /// <summary>Starts an orchestration and waits until it has ended.</summary>
    public async Task<OrchestrationMetadata> RunAsync(TaskName name, object? input = null, StartOrchestrationOptions? options = null)
    {
        string id = await Client.ScheduleNewOrchestrationInstanceAsync(name, input, options, Timeout);
        return await EndAsync(id);
    }

    public async Task<OrchestrationMetadata> EndAsync(string id) =>
        await Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, Timeout);

    /// <summary>Changes a setting of the connection that writes: for faults that a test cannot make otherwise.</summary>
    public static async Task PragmaAsync(string path, string pragma)
    {
        await using TaskHubLease lease = await TaskHubs.AcquireAsync(new SqliteTaskHubOptions { Path = path }, CancellationToken.None);
        await lease.Hub.PragmaAsync(pragma);
    }

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        await ((IAsyncDisposable)host).DisposeAsync();
        timeout.Dispose();
    }
}
