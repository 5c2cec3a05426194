using Azure.Storage.Blobs;
using DurableMl.Inference.Experiments;
using DurableMl.Inference.Registry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Inference.Tests.Experiments;

[TestClass]
public sealed class ExperimentKeeperTests
{
    private readonly FakeTimeProvider time = new(DateTimeOffset.UtcNow);
    private readonly BlobContainerClient container = Storage.NewContainer();

    private ExperimentStore Stored => new(new ModelRegistry(container, time), time);

    [TestMethod]
    public async Task A_models_results_that_are_damaged_in_storage_hold_up_no_other_models()
    {
        await using InferenceHost host = await StartAsync();
        await container.CreateIfNotExistsAsync();
        foreach (char digit in "0123456789abcdef")
        {
            await container.GetBlobClient($"bad/experiments/{digit}.json").UploadAsync(BinaryData.FromString("not JSON"));
        }

        ExperimentLog log = host.Service<ExperimentLog>();
        log.Answered("bad", "r", "1", TimeSpan.Zero, failed: false);
        log.Answered("good", "r", "1", TimeSpan.Zero, failed: false);
        await Eventually.TrueAsync(
            async () =>
            {
                time.Advance(FeedbackMatcher.Interval);
                return (await Stored.ReadAsync("good", CancellationToken.None)).Arms is [{ Requests: 1 }];
            },
            "the good model's request is stored");

        Assert.AreEqual(200, (await host.Client.GetJsonAsync("v2/health/live")).Status);
    }

    [TestMethod]
    public async Task What_was_counted_is_written_when_the_process_ends()
    {
        await using InferenceHost host = await StartAsync();
        await container.CreateIfNotExistsAsync();
        host.Service<ExperimentLog>().Answered("m", "r", "1", TimeSpan.Zero, failed: false);
        await host.Service<ExperimentKeeper>().StopAsync(CancellationToken.None);

        Assert.AreEqual(1, (await Stored.ReadAsync("m", CancellationToken.None)).Arms.Single().Requests);
    }

    private Task<InferenceHost> StartAsync() => InferenceHost.StartAsync(container, configure: services => services.AddSingleton<TimeProvider>(time));
}
