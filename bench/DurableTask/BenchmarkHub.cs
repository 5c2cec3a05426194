using System.Diagnostics;
using System.Globalization;
using DurableTask.Core;
using DurableTask.Core.Entities;

namespace DurableTask.Sqlite.Benchmarks;

/// <summary>One side of the comparison: a service with DurableTask.Core's worker and client on it.</summary>
internal sealed class BenchmarkHub : IAsyncDisposable
{
    private const int Concurrency = 400;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    private readonly IEntityOrchestrationService service;
    private readonly TaskHubWorker worker;
    private readonly TaskHubClient client;
    private readonly string? folder;

    private BenchmarkHub(string side, IEntityOrchestrationService service, string? folder)
    {
        Side = side;
        this.service = service;
        this.folder = folder;
        worker = new TaskHubWorker(service);
        client = new TaskHubClient((IOrchestrationServiceClient)service);
        Workloads.Register(worker);
    }

    public string Side { get; }

    public static async Task<BenchmarkHub> StartAsync(string side)
    {
        BenchmarkHub hub;
        if (string.Equals(side, "memory", StringComparison.Ordinal))
        {
            hub = new BenchmarkHub(side, new InMemoryOrchestrationService(Concurrency), folder: null);
        }
        else
        {
            var folder = Directory.CreateTempSubdirectory("durabletask-bench-").FullName;
            hub = new BenchmarkHub(side, Sqlite(Path.Combine(folder, "hub.db"), side.EndsWith("FULL", StringComparison.Ordinal)), folder);
        }

        await hub.worker.StartAsync();
        return hub;
    }

    /// <summary>Starts orchestrations at once and waits for all; the time in seconds until the last is seen to have ended.</summary>
    public async Task<double> RunManyAsync(Type orchestration, int count, int input)
    {
        var clock = Stopwatch.GetTimestamp();
        var runs = new Task[count];
        for (var i = 0; i < count; i++)
        {
            runs[i] = RunAsync(orchestration, input);
        }

        await Task.WhenAll(runs);
        return Stopwatch.GetElapsedTime(clock).TotalSeconds;
    }

    /// <summary>Signals one entity and waits until it has had all signals.</summary>
    public async Task<double> SignalAsync(int count)
    {
        var id = new EntityId("counter", Guid.NewGuid().ToString("N")).ToString();
        var clock = Stopwatch.GetTimestamp();
        var goal = count.ToString(CultureInfo.InvariantCulture);
        var orchestrations = (IOrchestrationServiceClient)service;
        await Task.WhenAll(Enumerable.Range(0, count).Select(_ => orchestrations.SendTaskOrchestrationMessageAsync(
            ClientEntityHelpers.EmitOperationSignal(new OrchestrationInstance { InstanceId = id }, Guid.NewGuid(), "add", goal, scheduledTimeUtc: null).AsTaskMessage())));
        await orchestrations.WaitForOrchestrationAsync("full-" + id[1..], null!, Limit, CancellationToken.None);
        return Stopwatch.GetElapsedTime(clock).TotalSeconds;
    }

    public async ValueTask DisposeAsync()
    {
        await worker.StopAsync(isForced: true);
        worker.Dispose();
        if (service is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync();
        }

        if (folder is not null)
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static SqliteOrchestrationService Sqlite(string path, bool survivePowerLoss) => new(new SqliteOrchestrationServiceOptions(path)
    {
        SurvivePowerLoss = survivePowerLoss,
        MaxConcurrentOrchestrations = Concurrency,
        MaxConcurrentActivities = Concurrency,
        MaxConcurrentEntities = Concurrency,
    });

    private async Task RunAsync(Type orchestration, int input)
    {
        var instance = await client.CreateOrchestrationInstanceAsync(orchestration, input);
        await client.WaitForOrchestrationAsync(instance, Limit);
    }
}
