using System.Text.Json;
using Azure;
using Azure.Compute.Batch;
using Azure.Storage.Blobs;
using DurableMl.BatchJobs.Catalog;
using DurableMl.BatchJobs.Client;
using DurableMl.BatchJobs.Submission;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Sweeps;
using DurableMl.Orchestrations.Sweeps.Samplers;
using DurableMl.Orchestrations.Telemetry;
using DurableMl.Orchestrations.Training;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrations.Tests.Fixtures;

namespace Orchestrations.Tests.Training;

/// <summary>
/// Everything that training takes, real and on this machine: the durable worker, the Batch emulator, Python, and the tests'
/// Azurite, where the names of its runs are its own.
/// </summary>
internal sealed class TrainingCluster : IAsyncDisposable
{
    public const string SpotPool = "spot";
    public const string DedicatedPool = "dedicated";

    private const string Dataset = "none";
    private const string Version = "1";

    private readonly TemporaryFolder folder = new();
    private readonly string id = Storage.NewName();
    private TaskHub hub = null!;

    private TrainingCluster((string Name, string Value)[] emulatorSettings) => Emulator = new EmulatorProcess(folder["batch"], emulatorSettings);

    public EmulatorProcess Emulator { get; }

    public PipelineMeter Meter { get; } = new();

    public BatchClient Batch { get; private set; } = null!;

    public TrainingJobs Training { get; private set; } = null!;

    public BlobServiceClient Blobs { get; private set; } = null!;

    private DurableTaskClient Client => hub.Client;

    public static async Task<TrainingCluster> StartAsync(int spotNodes = 1, params (string Name, string Value)[] emulatorSettings)
    {
        var cluster = new TrainingCluster(emulatorSettings);
        try
        {
            Task<BlobServiceClient> storage = Storage.BlobsAsync();
            await Task.WhenAll(storage, cluster.Emulator.StartAsync());
            var settings = new BatchSettings
            {
                AccountUrl = cluster.Emulator.Url,
                AccountName = EmulatorProcess.AccountName,
                AccountKey = EmulatorProcess.AccountKey,
                PoolId = SpotPool,
                DedicatedPoolId = DedicatedPool,
                ContainerImage = "durableml/counting-job:1",
            };
            cluster.Batch = BatchClientFactory.Create(settings);
            await cluster.Batch.CreatePoolAsync(new BatchPoolCreateOptions(SpotPool, "standard_d2s_v5") { TargetLowPriorityNodes = spotNodes });
            await cluster.Batch.CreatePoolAsync(new BatchPoolCreateOptions(DedicatedPool, "standard_d2s_v5") { TargetDedicatedNodes = 1 });
            BlobServiceClient blobs = await storage;
            cluster.Blobs = blobs;
            await blobs.GetBlobContainerClient("runs").CreateIfNotExistsAsync();
            BlobContainerClient datasets = blobs.GetBlobContainerClient("datasets");
            await datasets.CreateIfNotExistsAsync();
            await datasets.GetBlobClient($"{Dataset}/{Version}/manifest.json").UploadAsync(
                new BinaryData("""{"format":"durableml-dataset/1","splits":{}}"""), overwrite: true);
            cluster.Training = new TrainingJobs(cluster.Batch, blobs, cluster.Catalog(), settings, TimeProvider.System);
            await cluster.StartHubAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>The id of the run that a test calls so.</summary>
    public string RunId(string name) => $"{id}-{name}";

    /// <summary>A file beside the cluster's data.</summary>
    public string FilePath(string name) => folder[name];

    /// <summary>A sweep of the counting job whose trials differ in nothing but their rate and seed.</summary>
    public static SweepDefinition Sweep(
        int trials, int budget, int steps = 20, double pause = 0.02, string trace = "", string poisoned = "", int crashAt = 0, bool invalid = false,
        int maxFailedTrials = 0, int parallelism = 4, int failures = 1, int preemptions = 3, TimeSpan? timeLimit = null) => new(
            "counting-job",
            trials,
            Seed: 7,
            budget,
            new ObjectiveDefinition("validation_accuracy", ObjectiveGoal.Maximize),
            new Dictionary<string, ParameterDefinition>
            {
                ["rate"] = new(ParameterKind.Uniform, 0.05, 0.3, []),
                ["steps"] = Fixed(steps),
                ["pause"] = Fixed(pause),
                ["trace"] = Fixed(trace),
                ["poisoned"] = Fixed(poisoned),
                ["crash_at"] = Fixed(crashAt),
                ["invalid"] = Fixed(invalid),
            },
            maxFailedTrials,
            parallelism,
            new RetryBudgets(failures, preemptions, Infrastructure: 3),
            timeLimit ?? TimeSpan.FromMinutes(10),
            CheckpointSteps: null,
            Nodes: 1);

    public async Task<string> StartTrialAsync(string run, SweepDefinition sweep)
    {
        string runId = RunId(run);
        var input = new TrialInput(
            runId, "trial-000", Dataset, Version, new RandomSampler(new SearchSpace(sweep.Parameters), sweep.Seed).Sample(0, []), RandomSampler.SeedOf(sweep.Seed, 0), sweep, HasDedicatedPool: true);
        return await Client.ScheduleNewOrchestrationInstanceAsync(
            nameof(TrialOrchestrator), input, new StartOrchestrationOptions(RunIds.Trial(runId, "trial-000")));
    }

    public async Task<string> StartSweepAsync(string run, SweepDefinition sweep) => await Client.ScheduleNewOrchestrationInstanceAsync(
        nameof(SweepOrchestrator), new SweepInput(RunId(run), Dataset, Version, sweep), new StartOrchestrationOptions(RunIds.Sweep(RunId(run))));

    public Task CancelAsync(string instance, string reason) => Client.RaiseEventAsync(instance, RunEvents.Cancel, reason);

    public Task DecideAsync(string instance, SweepDecision decision) => Client.RaiseEventAsync(instance, RunEvents.SweepMessage, new SweepMessage(Decision: decision));

    /// <summary>What the runner says of how a trial ended.</summary>
    public async Task<string> ReasonAsync(string run, string trialId) => (await Training.Trials.ResultAsync(RunBlobs.Trial(RunId(run), trialId).TrimEnd('/')))!.Reason;

    /// <summary>The output of an orchestration that completes.</summary>
    public async Task<T> OutputAsync<T>(string instance)
    {
        using var deadline = new CancellationTokenSource(Patience.Limit);
        OrchestrationMetadata ended = await Client.WaitForInstanceCompletionAsync(instance, getInputsAndOutputs: true, deadline.Token);
        Assert.AreEqual(OrchestrationRuntimeStatus.Completed, ended.RuntimeStatus, ended.FailureDetails?.ToString());
        return ended.ReadOutputAs<T>()!;
    }

    /// <summary>How a trial by itself has ended.</summary>
    public async Task<TrialStatus> TrialOutputAsync(string instance) => (await OutputAsync<TrialReport>(instance)).Status;

    /// <summary>The custom status of a trial.</summary>
    public async Task<TrialStatus> StatusAsync(string run, string trialId)
    {
        OrchestrationMetadata trial = (await Client.GetInstanceAsync(RunIds.Trial(RunId(run), trialId), getInputsAndOutputs: true))!;
        return JsonSerializer.Deserialize<TrialStatus>(trial.SerializedCustomStatus!, JsonSerializerOptions.Web)!;
    }

    /// <summary>The node that a running task is on.</summary>
    public async Task<string> NodeOfAsync(string run, string task)
    {
        string? node = null;
        await Eventually.TrueAsync(
            async () =>
            {
                BatchTask found = await Batch.GetTaskAsync(RunId(run), task);
                node = found.NodeInfo?.NodeId;
                return found.State == BatchTaskState.Running;
            },
            $"task {task} runs");
        return node!;
    }

    /// <summary>Takes away every spot node that has not gone already.</summary>
    public async Task PreemptSpotNodesAsync()
    {
        await foreach (BatchNode node in Batch.GetNodesAsync(SpotPool))
        {
            await Emulator.TryPreemptAsync(SpotPool, node.Id);
        }
    }

    /// <summary>The processes that any task has left or still has: those that work below the emulator's data.</summary>
    public IReadOnlyList<string> TaskProcesses() =>
    [
        .. Directory.EnumerateDirectories("/proc").Where(directory => char.IsAsciiDigit(Path.GetFileName(directory)[0])).Where(directory =>
        {
            try
            {
                return new FileInfo(Path.Combine(directory, "cwd")).LinkTarget?.StartsWith(folder["batch"], StringComparison.Ordinal) == true;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return false; // It has just ended, or is another user's.
            }
        }).Select(directory => directory + " " + Read(Path.Combine(directory, "cmdline"))),
    ];

    /// <summary>The activities that run jobs, for a hub of the test's own.</summary>
    public void Register(DurableTaskRegistry tasks)
    {
        tasks.AddActivityFunc<SweepInput, SweepPreparation>(nameof(PrepareSweep), (_, input) => new PrepareSweep(Training, Blobs).RunAsync(input, Client, default));
        tasks.AddActivityFunc<string>(nameof(CleanUpSweep), (_, runId) => new CleanUpSweep(Training).RunAsync(runId, default));
        tasks.AddActivityFunc<TrialAttempt, TrialObservation>(nameof(SubmitTrial), (_, attempt) => new SubmitTrial(Training, NullLogger<SubmitTrial>.Instance).RunAsync(attempt, default));
        tasks.AddActivityFunc<TrialAttempt, TrialObservation>(nameof(ObserveTrial), (_, attempt) => new ObserveTrial(Training, Batch, Meter, TimeProvider.System, NullLogger<ObserveTrial>.Instance).RunAsync(attempt, default));
        tasks.AddActivityFunc<TrialAttempt>(nameof(AskTrialToStop), (_, attempt) => new AskTrialToStop(Training).RunAsync(attempt, default));
        tasks.AddActivityFunc<RecordDecisionInput>(nameof(RecordDecision), (_, input) => new RecordDecision(Blobs).RunAsync(input, default));
        tasks.AddActivityFunc<TrialAttempt>(nameof(EndTrial), (_, attempt) => new EndTrial(Training).RunAsync(attempt, default));
    }

    public async ValueTask DisposeAsync()
    {
        if (hub is not null)
        {
            await hub.DisposeAsync();
        }

        await Emulator.DisposeAsync();
        folder.Dispose();
    }

    private static ParameterDefinition Fixed<T>(T value) => new(ParameterKind.Fixed, 0, 0, [JsonSerializer.SerializeToElement(value)]);

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path).Replace('\0', ' ');
        }
        catch (IOException)
        {
            return "";
        }
    }

    /// <summary>The shipped runner, and the counting job beside it.</summary>
    private JobCatalog Catalog()
    {
        foreach ((string job, string place) in new[]
        {
            (Path.Combine(Repository.Root, "batch-jobs", "runner"), "runner"),
            (Path.Combine(AppContext.BaseDirectory, "Training", "counting-job"), "jobs/counting-job"),
        })
        {
            string target = Path.Combine(folder["jobs"], place);
            Directory.CreateDirectory(target);
            foreach (string file in Directory.EnumerateFiles(job))
            {
                File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
            }
        }

        return new JobCatalog(folder["jobs"]);
    }

    private async Task StartHubAsync() => hub = await TaskHub.StartAsync(Register);
}
