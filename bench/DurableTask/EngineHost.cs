using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DurableTask.Benchmarks;

/// <summary>A worker and a client on one file, as an application has them.</summary>
sealed class EngineHost(IHost host) : IAsyncDisposable
{
    public DurableTaskClient Client { get; } = host.Services.GetRequiredService<DurableTaskClient>();

    public static async Task<EngineHost> StartAsync(string path, bool survivePowerLoss = false)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddDurableTaskWorker(worker =>
        {
            worker.UseSqlite(options =>
            {
                options.Path = path;
                options.SurvivePowerLoss = survivePowerLoss;
            });
            worker.AddTasks(Scenarios.AddTo);
        });
        builder.Services.AddDurableTaskClient(client =>
        {
            client.UseSqlite(path);
            client.RegisterDirectly();
        });
        IHost host = builder.Build();
        await host.StartAsync();
        return new EngineHost(host);
    }

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        await ((IAsyncDisposable)host).DisposeAsync();
    }
}
