using System.Security.Cryptography;
using System.Text.Json.Nodes;
using DurableMl.Local.BatchEmulator.Autoscale;
using DurableMl.Local.BatchEmulator.ContainerApps;
using DurableMl.Local.BatchEmulator.Containers;
using DurableMl.Local.BatchEmulator.Faults;
using DurableMl.Local.BatchEmulator.Files;
using DurableMl.Local.BatchEmulator.Jobs;
using DurableMl.Local.BatchEmulator.JobSchedules;
using DurableMl.Local.BatchEmulator.Nodes;
using DurableMl.Local.BatchEmulator.Pools;
using DurableMl.Local.BatchEmulator.Processes;
using DurableMl.Local.BatchEmulator.Scheduling;
using DurableMl.Local.BatchEmulator.State;
using DurableMl.Local.BatchEmulator.Storage;
using DurableMl.Local.BatchEmulator.Tasks;
using DurableMl.Local.BatchEmulator.Wire;
using Microsoft.AspNetCore.Hosting.Server;

namespace DurableMl.Local.BatchEmulator;

/// <summary>The emulator without its web server: puts the parts together, starts and stops them.</summary>
internal sealed class Emulator : IAsyncDisposable
{
    private readonly BatchEmulatorOptions options;
    private readonly FileStream dataLock;
    private readonly StateDatabase database;
    private readonly HttpClient http = new() { Timeout = TimeSpan.FromMinutes(30) };
    private readonly AutoScaler scaler;
    private readonly JobScheduleLifecycle schedules;
    private readonly Scheduler scheduler;
    private readonly NodeDirectories directories;
    private readonly LinkedStorage storage;
    private readonly TaskEnvironment environment;
    private readonly FaultPlan faults;
    private readonly string instance;
    private readonly DockerEngine? docker;
    private readonly ILoggerFactory logs;
    private readonly ContainerJobs containerJobs;

    public Emulator(BatchEmulatorOptions options, TimeProvider clock, IServer server, ILoggerFactory logs)
    {
        (this.options, this.logs) = (options, logs);
        var data = Path.GetFullPath(options.DataDirectory);
        OwnerOnly.CreateDirectory(data);
        OwnerOnly.CreateDirectory(Path.Combine(data, "nodes"));
        dataLock = Lock(data);
        database = new StateDatabase(Path.Combine(data, "batch.db"));
        instance = database.Setting("instance", () => Guid.NewGuid().ToString("N")) + ".";
        AccountKey = options.AccountKey is { Length: > 0 } given
            ? given
            : database.Setting("accountKey", () => Convert.ToBase64String(RandomNumberGenerator.GetBytes(64)));

        // What happens to a part is told to the part above it: nodes to their pool, pools to the scaler, tasks to their job, jobs to their
        // schedule. Each of those makes the one below and gives it itself; here only the tops are made.
        Account = new BatchAccount(database, clock, Assign, logs.CreateLogger<BatchAccount>());
        faults = new FaultPlan(options.Faults);
        directories = new NodeDirectories(Path.Combine(data, "nodes"));
        environment = new TaskEnvironment(options, directories, server);
        docker = options.UseDocker ? new DockerEngine(options.Docker, instance) : null;
        storage = new LinkedStorage(options.Storage);
        var images = new ContainerImageMap(options.ContainerImages);
        containerJobs = new ContainerJobs(Path.Combine(data, "container-jobs"), images, instance, options.TerminationGrace, clock);
        var commands = new NodeCommand(
            clock, images, docker, new Mounts(storage), new ResourceFiles(http, storage, clock), new OutputFiles(clock), faults, instance,
            logs.CreateLogger<NodeCommand>())
        {
            WallClockGrace = options.TerminationGrace,
        };
        scaler = new AutoScaler(Account, options, commands, directories, environment, faults, logs);
        schedules = new JobScheduleLifecycle(Account, options, commands, directories, environment, new AutoPools(Account, Pools, faults), logs);
        scheduler = new Scheduler(Account, Tasks);
    }

    public BatchAccount Account { get; }

    /// <summary>Where it answers, once the server listens.</summary>
    public string Url => environment.AccountUrl;

    public string AccountKey { get; }

    private PoolLifecycle Pools => scaler.Pools;

    private JobLifecycle Jobs => schedules.Jobs;

    private TaskLifecycle Tasks => Jobs.Tasks;

    /// <summary>Kills what an earlier emulator on this data left, and goes on where it was.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (docker is not null)
        {
            await docker.RemoveLeftoversAsync(cancellationToken);
        }

        directories.EmptyTrash();
        var killed = LeftoverProcesses.Kill(instance);
        if (killed > 0)
        {
            logs.CreateLogger<Emulator>().LogWarning("Killed {Count} processes that an earlier emulator had left", killed);
        }

        containerJobs.Restore();
        Account.Update(() =>
        {
            Tasks.Restore();
            Pools.Nodes.Restore();
            Pools.Restore();
            Jobs.Restore();
            schedules.Restore();
            foreach (var seed in options.SeedPools.Where(s => !Account.Pools.ContainsKey(s.Id)))
            {
                var definition = ModelSchema.Current.Read("BatchPoolCreateOptions", new JsonObject
                {
                    ["id"] = seed.Id,
                    ["vmSize"] = seed.VmSize,
                    ["targetDedicatedNodes"] = seed.TargetDedicatedNodes,
                    ["targetLowPriorityNodes"] = seed.TargetLowPriorityNodes,
                    ["taskSlotsPerNode"] = seed.TaskSlotsPerNode,
                    ["enableInterNodeCommunication"] = seed.EnableInterNodeCommunication,
                });
                PoolValidation.Check(definition);
                Pools.Create(definition);
            }

            scaler.Start();
            new PreemptionSchedule(Account, Pools.Nodes, options).Plan();
            Account.WantScheduling();
        });
        Account.IsOpen = true;
    }

    /// <summary>Maps the operations.</summary>
    public void Map(WebApplication app)
    {
        new ContainerJobOperations(containerJobs, AccountKey).Map(app);
        var pipeline = new BatchPipeline(new SharedKey(options.AccountName, AccountKey), Account, faults, options.Url, logs.CreateLogger<BatchPipeline>());
        app.Use((http, next) => pipeline.InvokeAsync(http, next));
        app.UseRouting();
        app.MapGet("/health", () => "ok");
        new PoolOperations(Account, Pools, faults, storage).Map(app);
        new AutoScaleOperations(Account, scaler).Map(app);
        new NodeOperations(Account, Pools.Nodes).Map(app);
        new JobOperations(Account, Jobs, storage).Map(app);
        new JobScheduleOperations(Account, schedules, storage).Map(app);
        new TaskOperations(Account, Tasks, directories, storage).Map(app);
        new SubtaskOperations(Account, directories).Map(app);
        new FileOperations(Account, directories).Map(app);
        new FaultOperations(Account, Pools.Nodes, faults, options).Map(app);
        app.MapUnsupported();
    }

    /// <summary>Kills what runs and closes the database; Tasks go on at the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        Account.Close();
        await containerJobs.DisposeAsync();
        var work = Account.Read(() => Account.Pools.Values.SelectMany(p => p.Nodes).SelectMany(n => n.Work).ToList());
        foreach (var item in work)
        {
            item.Stop.Request(StopReason.Shutdown, TimeSpan.Zero);
        }

        await Task.WhenAll(work.Select(w => w.Completion));
        Account.Dispose();
        http.Dispose();
        await dataLock.DisposeAsync();
    }

    private void Assign() => scheduler.Assign();

    private static FileStream Lock(string data)
    {
        try
        {
            return new FileStream(Path.Combine(data, "emulator.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new InvalidOperationException($"Another Batch emulator uses {data}. Stop it, or give this one another BatchEmulator:DataDirectory.", e);
        }
    }
}
