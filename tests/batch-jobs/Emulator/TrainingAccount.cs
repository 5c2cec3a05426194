using System.Diagnostics;
using Azure;
using Azure.Compute.Batch;
using Azure.Storage.Blobs;
using DurableMl.BatchJobs.Catalog;
using DurableMl.BatchJobs.Client;
using DurableMl.BatchJobs.Outcomes;
using DurableMl.BatchJobs.Submission;
using DurableMl.Local.BatchEmulator;
using DurableMl.Local.BatchEmulator.Containers;
using DurableMl.Local.BatchEmulator.Pools;

namespace BatchJobs.Tests.Emulator;

/// <summary>Azurite with a small dataset, and the Batch emulator with two spot nodes and a dedicated one that run our jobs for real.</summary>
internal sealed class TrainingAccount : IAsyncDisposable
{
    public const string Dataset = "bands";
    public const string Version = "1";

    private readonly TemporaryFolder folder = new();
    private AzuriteProcess azurite = null!;
    private BatchEmulatorHost emulator = null!;

    public BatchClient Batch { get; private set; } = null!;

    public TrainingJobs Jobs { get; private set; } = null!;

    public BlobServiceClient Blobs { get; private set; } = null!;

    public static async Task<TrainingAccount> StartAsync(CancellationToken cancellationToken)
    {
        var account = new TrainingAccount { azurite = await AzuriteProcess.StartAsync(cancellationToken) };
        account.Blobs = new BlobServiceClient(account.azurite.ConnectionString);
        await account.UploadDatasetAsync(cancellationToken);
        var options = new BatchEmulatorOptions
        {
            Url = "http://127.0.0.1:0",
            DataDirectory = account.folder["batch"],
            PreemptedTime = TimeSpan.FromMilliseconds(200),
            SeedPools =
            {
                new SeedPoolOptions { Id = "spot", TargetLowPriorityNodes = 2, EnableInterNodeCommunication = true },
                new SeedPoolOptions { Id = "dedicated", TargetDedicatedNodes = 1 },
            },
            ContainerImages = { new ContainerImageOptions { Image = "durableml/*", Executables = { ["python3"] = Repository.Python } } },
        };
        account.emulator = await BatchEmulatorHost.StartAsync(options, cancellationToken: cancellationToken);
        var settings = new BatchSettings
        {
            AccountUrl = new Uri(account.emulator.Url),
            AccountName = account.emulator.AccountName,
            AccountKey = account.emulator.AccountKey,
            PoolId = "spot",
            DedicatedPoolId = "dedicated",
            Threads = 1,
        };
        account.Batch = BatchClientFactory.Create(settings);
        account.Jobs = new TrainingJobs(account.Batch, account.Blobs, new JobCatalog(), settings, TimeProvider.System);
        return account;
    }

    /// <summary>Waits until the attempt is over and its task completed.</summary>
    public async Task<TrialOutcome> OutcomeAsync(TrainingTask task, CancellationToken cancellationToken)
    {
        TrialOutcome? outcome = null;
        await Eventually.TrueAsync(async () => (outcome = await Jobs.OutcomeAsync(task, cancellationToken)) is not null, $"{task.RunId}/{task.TrialId} is over", cancellationToken: cancellationToken);
        return outcome!;
    }

    /// <summary>Takes away the node that the task runs on, as Azure takes a spot node, with or without the notice.</summary>
    public async Task PreemptAsync(TrainingTask task, bool notice, CancellationToken cancellationToken)
    {
        BatchTask running = await Batch.GetTaskAsync(task.BatchJobId, task.BatchTaskId, cancellationToken: cancellationToken);
        using var http = new HttpClient();
        var answer = await http.PostAsync(new Uri($"{emulator.Url}/admin/pools/spot/nodes/{running.NodeInfo.NodeId}/preempt?graceSeconds={(notice ? 30 : 0)}"), null, cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Processes on this machine that work in the emulator's folder.</summary>
    public int ProcessesAtWork() => Directory.EnumerateDirectories("/proc").Count(directory =>
    {
        try
        {
            return Directory.ResolveLinkTarget(Path.Combine(directory, "cwd"), returnFinalTarget: false)?.FullName.StartsWith(folder.Path, StringComparison.Ordinal) == true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false; // No process, or one that has just ended.
        }
    });

    public async ValueTask DisposeAsync()
    {
        await emulator.DisposeAsync();
        await azurite.DisposeAsync();
        folder.Dispose();
    }

    private async Task UploadDatasetAsync(CancellationToken cancellationToken)
    {
        var tests = Path.Combine(Repository.Root, "tests", "batch-jobs", "python");
        var start = new ProcessStartInfo(Repository.Python, ["-B", "-c", "import sys, support; support.make_dataset(sys.argv[1], examples=1200)", folder["dataset"]]) { WorkingDirectory = tests };
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync(cancellationToken);
        Assert.AreEqual(0, process.ExitCode, "making the dataset");
        var container = Blobs.GetBlobContainerClient("datasets");
        await container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        foreach (var file in Directory.EnumerateFiles(folder["dataset"]))
        {
            await container.GetBlobClient($"{Dataset}/{Version}/{Path.GetFileName(file)}").UploadAsync(file, overwrite: true, cancellationToken);
        }
    }
}
