using Azure.Storage.Blobs;
using DurableMl.Inference;
using DurableMl.Inference.Serving;
using DurableMl.Orchestrations.Scoring;
using DurableMl.Registry;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orchestrations.Tests.Fixtures;

namespace Orchestrations.Tests.Scoring;

/// <summary>A published model, and scorings by it.</summary>
internal sealed class ScoringModels(ServiceProvider services, BlobServiceClient blobs, string model, TemporaryFolder folder) : IAsyncDisposable
{
    public BlobServiceClient Blobs => blobs;

    public string Model => model;

    public BatchScorer Scorer => services.GetRequiredService<BatchScorer>();

    /// <summary>Publishes a model.</summary>
    /// <param name="onnx">The network; null for one that gives back the two numbers of a row.</param>
    /// <param name="transform">What it was trained behind; null for a model of arrays.</param>
    public static async Task<ScoringModels> StartAsync(byte[]? onnx = null, byte[]? transform = null)
    {
        BlobServiceClient blobs = await Storage.BlobsAsync();
        var folder = new TemporaryFolder();
        ServiceProvider services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection([new("Inference:CacheFolder", folder["cache"])]).Build())
            .AddSingleton(blobs).AddInference().BuildServiceProvider();
        string model = Storage.NewName("score");
        ModelSource[] files = [ModelSource.FromBytes("model.onnx", onnx ?? OnnxModel.Linear(new float[,] { { 1, 0 }, { 0, 1 } }))];
        await services.GetRequiredService<ModelRegistry>().PublishAsync(
            new ModelPublication(model, new ModelLineage("run"), transform is null ? files : [.. files, ModelSource.FromBytes("transform.json", transform)])
            {
                Transform = transform is null ? null : "transform.json",
            });
        return new(services, blobs, model, folder);
    }

    /// <summary>Scores as the app does, on an engine in memory.</summary>
    /// <param name="request">What.</param>
    /// <param name="shard">What scores an array instead of the activity; null for that.</param>
    /// <param name="packImages">Images of a pack.</param>
    public async Task<OrchestrationMetadata> RunAsync(ScoreRequest request, Func<ScoreShardInput, Task<ShardScore>>? shard = null, int packImages = 64)
    {
        await using TaskHub hub = await TaskHub.StartAsync(tasks =>
        {
            tasks.AddActivityFunc<ScoreInput, ScorePage>(
                nameof(ListScoreShards), (_, i) => new ListScoreShards(blobs, Scorer) { PackImages = packImages }.RunAsync(i, default));
            tasks.AddActivityFunc<ScoreInput, ScoreSummary>(nameof(WriteScoreSummary), (_, i) => new WriteScoreSummary(blobs).RunAsync(i, default));
            tasks.AddActivityFunc<ScoreShardInput, ShardScore>(nameof(ScoreShard), (_, i) => shard is null ? new ScoreShard(blobs, Scorer).RunAsync(i, default) : shard(i));
            tasks.AddActivityFunc<ScoreShardInput, ShardScore>(nameof(ScoreTable), (_, i) => new ScoreTable(blobs, Scorer).RunAsync(i, default));
            tasks.AddActivityFunc<ScoreShardInput, ShardScore>(nameof(ScoreImages), (_, i) => new ScoreImages(blobs, Scorer).RunAsync(i, default));
        });
        return await hub.RunAsync(nameof(ScoreOrchestrator), request.ToInput(model, "1", "test"));
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        folder.Dispose();
    }
}
