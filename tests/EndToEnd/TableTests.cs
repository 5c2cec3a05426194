using System.Text.Json;
using DurableMl.Cli.Hosting;
using DurableMl.Cli.Pipelines;
using EndToEnd.Tests.Fixtures;

namespace EndToEnd.Tests;

/// <summary>The example pipelines over tables, as they are, with the Batch emulator and the real PyTorch.</summary>
[TestClass]
public sealed class TableTests
{
    private static TemporaryFolder? state;
    private static Up? up;

    private static Up Host => up!;

    [ClassInitialize]
    public static async Task StartAsync(TestContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        state = new TemporaryFolder();
        up = await Up.StartAsync(state.Path);
    }

    [ClassCleanup]
    public static async Task StopAsync()
    {
        if (up is not null)
        {
            await up.DisposeAsync();
        }

        state?.Dispose();
    }

    [TestMethod]
    [DataRow("penguins", "balanced_accuracy", 0.9)]
    [DataRow("cars", "r2", 0.7)]
    public async Task A_table_becomes_a_published_model(string example, string metric, double least)
    {
        var data = Path.Combine(Repository.Root, ".durableml", "npm", "node_modules", "vega-datasets", "data", example + ".json");
        await Host.Blobs.GetBlobContainerClient("raw").GetBlobClient($"{example}/{example}.json").UploadAsync(data, overwrite: true);
        var pipeline = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "examples", example, "pipeline.json"));

        var ended = await Host.EndAsync(await Host.Pipelines.StartAsync(pipeline, example, CancellationToken.None));

        Assert.AreEqual("Completed", ended.RuntimeStatus, Host.Output);
        var result = ended.Result()!;
        Assert.AreEqual("published", result.State, JsonSerializer.Serialize(result.Failures));
        Assert.IsGreaterThanOrEqualTo(least, result.Evaluation!["metrics"].GetProperty(metric).GetDouble());
        Assert.AreEqual(example, result.Model!.Model);
    }
}
