using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Preprocessing;
using DurableMl.Orchestrations.Preprocessing.Images;
using DurableMl.Orchestrations.Preprocessing.Sources;
using DurableMl.Orchestrations.Preprocessing.Steps;
using DurableMl.Orchestrations.Preprocessing.Tables;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Options;

namespace Orchestrations.Tests.Fixtures;

/// <summary>Prepares datasets on a task hub of their own, with all activities real.</summary>
internal sealed class DatasetPreparation
{
    private int shardsWritten;

    /// <summary>Bytes of a table that one activity reads.</summary>
    public long PartBytes { get; init; } = 32 << 20;

    /// <summary>Bytes of a piece of a longer text file.</summary>
    public long TextBytes { get; init; } = 32 << 20;

    /// <summary>Bytes of a table's shard.</summary>
    public int ShardBytes { get; init; } = 16 << 20;

    /// <summary>Registers what runs jobs; null where no step needs one.</summary>
    public Action<DurableTaskRegistry>? Training { get; init; }

    /// <summary>Hashes of rows that are in memory at a time.</summary>
    public int MostHashes { get; init; } = 4_000_000;

    /// <summary>What may be fetched.</summary>
    public SourceOptions Sources { get; init; } = new();

    /// <summary>How often an activity was asked to write shards.</summary>
    public int ShardsWritten => Volatile.Read(ref shardsWritten);

    public static async Task<(DatasetManifest Manifest, byte[] Bytes)> ManifestAsync(DatasetReference dataset)
    {
        BlobServiceClient blobs = await Storage.BlobsAsync();
        BlobClient blob = blobs.GetBlobContainerClient("datasets").GetBlobClient(dataset.Folder + "/manifest.json");
        return ((await blob.ReadJsonAsync<DatasetManifest>(default))!, (await blob.DownloadContentAsync()).Value.Content.ToArray());
    }

    /// <summary>All examples of a split, each shard's hash checked.</summary>
    public static async Task<(float[] Features, T[] Labels)> ReadAsync<T>(DatasetReference dataset, DatasetSplit split)
        where T : unmanaged
    {
        var features = new List<float>();
        var labels = new List<T>();
        foreach (DatasetShard shard in split.Shards)
        {
            features.AddRange(MemoryMarshal.Cast<byte, float>(NpyReader.Read<float>(await FileAsync(dataset, shard.Features.File, shard.Features.Sha256), shard.Features.File).Elements.Span).ToArray());
            labels.AddRange(MemoryMarshal.Cast<byte, T>(NpyReader.Read<T>(await FileAsync(dataset, shard.Labels.File, shard.Labels.Sha256), shard.Labels.File).Elements.Span).ToArray());
        }

        return ([.. features], [.. labels]);
    }

    public static async Task<byte[]> FileAsync(DatasetReference dataset, string file, string sha256)
    {
        BlobServiceClient blobs = await Storage.BlobsAsync();
        BlobDownloadResult content = await blobs.GetBlobContainerClient("datasets").GetBlobClient($"{dataset.Folder}/{file}").DownloadContentAsync();
        byte[] bytes = content.Content.ToArray();
        Assert.AreEqual(sha256, Convert.ToHexStringLower(SHA256.HashData(bytes)));
        return bytes;
    }

    public async Task<DatasetReference> PrepareAsync(DatasetDefinition dataset)
    {
        OrchestrationMetadata ended = await RunAsync(dataset);
        Assert.AreEqual(OrchestrationRuntimeStatus.Completed, ended.RuntimeStatus, ended.FailureDetails?.ToString());
        return ended.ReadOutputAs<DatasetReference>()!;
    }

    /// <summary>What the activity that failed said.</summary>
    public async Task<string> FailAsync(DatasetDefinition dataset)
    {
        OrchestrationMetadata ended = await RunAsync(dataset);
        Assert.AreEqual(OrchestrationRuntimeStatus.Failed, ended.RuntimeStatus);
        TaskFailureDetails failure = ended.FailureDetails!;
        while (failure.InnerFailure is { } inner)
        {
            failure = inner;
        }

        return failure.ErrorMessage;
    }

    private async Task<OrchestrationMetadata> RunAsync(DatasetDefinition dataset)
    {
        BlobServiceClient blobs = await Storage.BlobsAsync();
        await using TaskHub hub = await TaskHub.StartAsync(tasks => Register(tasks, blobs));
        return await hub.RunAsync(nameof(PreprocessOrchestrator), new PlanDatasetInput(Storage.NewName("run"), dataset));
    }

    private void Register(DurableTaskRegistry tasks, BlobServiceClient blobs)
    {
        tasks.AddActivityFunc<PlanDatasetInput, DatasetPlan>(nameof(PlanDataset), (_, input) => new PlanDataset(blobs).RunAsync(input, default));
        Training?.Invoke(tasks);
        tasks.AddActivityFunc<PlanDatasetInput, string>(nameof(PrepareStep), (_, input) => new PrepareStep(blobs).RunAsync(input, default));
        tasks.AddActivityFunc<TakeStepOutputInput>(nameof(TakeStepOutput), (_, input) => new TakeStepOutput(blobs).RunAsync(input, default));
        tasks.AddActivityFunc<FetchSourceInput, int>(nameof(FetchSource), async (_, input) =>
        {
            using var web = new WebFiles(Options.Create(Sources), TimeProvider.System);
            return await new FetchSource(blobs, web, Options.Create(Sources)).RunAsync(input, default);
        });
        tasks.AddActivityFunc<UnpackArchiveInput, int>(nameof(UnpackArchive), (_, input) => new UnpackArchive(blobs, Options.Create(Sources)).RunAsync(input, default));
        tasks.AddActivityFunc<PlanDatasetInput>(nameof(RemoveStaging), (_, input) => new RemoveStaging(blobs).RunAsync(input, default));
        tasks.AddActivityFunc<BlockInput, BlockStatistics>(nameof(MeasureBlock), (_, input) => new MeasureBlock(blobs).RunAsync(input, default));
        tasks.AddActivityFunc<BlockInput, IReadOnlyList<WrittenShard>>(nameof(WriteShards), (_, input) =>
        {
            Interlocked.Increment(ref shardsWritten);
            return new WriteShards(blobs).RunAsync(input, default);
        });
        tasks.AddActivityFunc<PublishDatasetInput, DatasetReference>(nameof(PublishDataset), (_, input) => new PublishDataset(blobs).RunAsync(input, default));
        tasks.AddActivityFunc<CheckLeakageInput, DatasetLeakage>(nameof(CheckLeakage), (_, input) => new CheckLeakage(blobs) { MostHashes = MostHashes }.RunAsync(input, default));
        tasks.AddActivityFunc<PlanDatasetInput, PlannedImages>(nameof(PlanImages), (_, input) => new PlanImages(blobs).RunAsync(input, default));
        tasks.AddActivityFunc<ImagePartInput, int>(nameof(DecodeImages), (_, input) => new DecodeImages(blobs).RunAsync(input, default));
        tasks.AddActivityFunc<JoinImagesInput>(nameof(JoinImages), (_, input) => new JoinImages(blobs).RunAsync(input, default));
        tasks.AddActivityFunc<FitImagesInput, FittedImages>(nameof(FitImages), (_, input) => new FitImages(blobs).RunAsync(input, default));
        tasks.AddActivityFunc<PlanDatasetInput, PlannedTable>(nameof(PlanTable), (_, input) => new PlanTable(blobs) { PartBytes = PartBytes, TextBytes = TextBytes }.RunAsync(input, default));
        tasks.AddActivityFunc<TablePartInput>(nameof(CollectTableKeys), (_, input) => new CollectTableKeys(blobs).RunAsync(input, default));
        tasks.AddActivityFunc<TablePartsInput>(nameof(DivideTable), (_, input) => new DivideTable(blobs).RunAsync(input, default));
        tasks.AddActivityFunc<TablePartInput>(nameof(MeasureTable), (_, input) => new MeasureTable(blobs).RunAsync(input, default));
        tasks.AddActivityFunc<TablePartsInput, FittedTable>(nameof(FitTable), (_, input) => new FitTable(blobs).RunAsync(input, default));
        tasks.AddActivityFunc<TablePartInput, IReadOnlyList<WrittenShard>>(nameof(WriteTableShards), (_, input) =>
        {
            Interlocked.Increment(ref shardsWritten);
            return new WriteTableShards(blobs) { ShardBytes = ShardBytes }.RunAsync(input, default);
        });
    }
}
