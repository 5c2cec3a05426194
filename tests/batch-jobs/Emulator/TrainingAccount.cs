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

/// <summary>Azurite with a small dataset, and the Batch emulator with two spot nodes that run our jobs for real.</summary>
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
            SeedPools =
            {
                new SeedPoolOptions { Id = "spot", TargetLowPriorityNodes = 2, EnableInterNodeCommunication = true },
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

    /// <summary>Processes of the emulator, which runs in this one, that work in the folder of the task's job.</summary>
    public int ProcessesAtWork(TrainingTask task) => ProcessTree.Below(Environment.ProcessId).Count(pid =>
    {
        try
        {
            return Directory.ResolveLinkTarget($"/proc/{pid}/cwd", returnFinalTarget: false)?.FullName is { } place
                && place.StartsWith(folder.Path, StringComparison.Ordinal) && place.Contains($"/{task.BatchJobId}/", StringComparison.Ordinal);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false; // It has just ended.
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
