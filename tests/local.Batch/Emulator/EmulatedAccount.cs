using DurableMl.Local.BatchEmulator;

namespace Azure.Compute.Batch.Tests.Emulator;

/// <summary>The Batch emulator with a pool of one spot node, and the client of it.</summary>
internal sealed class EmulatedAccount : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();

    public BatchEmulatorHost Host { get; private set; } = null!;

    public BatchClient Client { get; private set; } = null!;

    public static async Task<EmulatedAccount> StartAsync(int nodes = 1, int slots = 4)
    {
        var account = new EmulatedAccount();
        account.Host = await BatchEmulatorHost.StartAsync(new BatchEmulatorOptions
        {
            Url = "http://127.0.0.1:0",
            DataDirectory = account._folder["batch"],
            NodeAllocationTime = TimeSpan.FromMilliseconds(1),
            NodeBootTime = TimeSpan.FromMilliseconds(1),
        });
        account.Client = new BatchClient(
            new Uri(account.Host.Url), new AzureNamedKeyCredential(account.Host.AccountName, account.Host.AccountKey));
        await account.Client.CreatePoolAsync(new BatchPoolCreateOptions("pool", "standard_d2s_v5") { TargetLowPriorityNodes = nodes, TaskSlotsPerNode = slots });
        return account;
    }

    public Task CreateJobAsync(string id = "job") => Client.CreateJobAsync(new BatchJobCreateOptions(id, new BatchPoolInfo { PoolId = "pool" }));

    public async Task<BatchTask> CompletedAsync(string task, string job = "job")
    {
        BatchTask? found = null;
        await Eventually.TrueAsync(async () => (found = await Client.GetTaskAsync(job, task)).State == BatchTaskState.Completed, $"{task} is completed");
        return found!;
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        _folder.Dispose();
    }
}
