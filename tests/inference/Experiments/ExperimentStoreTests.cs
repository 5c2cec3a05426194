using Azure.Core;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Inference.Experiments;
using DurableMl.Inference.Registry;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Inference.Tests.Experiments;

[TestClass]
public sealed class ExperimentStoreTests(TestContext context)
{
    private readonly FakeTimeProvider time = new(DateTimeOffset.UtcNow);
    private readonly BlobContainerClient container = Storage.NewContainer();

    private CancellationToken Token => context.CancellationToken;

    [TestInitialize]
    public Task CreateAsync() => container.CreateAsync(cancellationToken: Token);

    [TestMethod]
    public async Task However_many_processes_count_there_are_at_most_16_blobs_and_nothing_is_lost()
    {
        ExperimentStore store = Store(container);
        await Task.WhenAll(Enumerable.Range(0, 50).Select(async i =>
        {
            string process = $"{i % 16:x}{i}";
            while (!await store.TryAddAsync("m", process, 1, One("split:1"), Token))
            {
                // Others were faster eight times; the log would try again at its next flush.
            }
        }));

        Assert.AreEqual(50, (await store.ReadAsync("m", Token)).Arms.Single().Requests);
        Assert.HasCount(16, await NamesAsync());
    }

    [TestMethod]
    public async Task An_addition_that_is_repeated_counts_once()
    {
        ExperimentStore store = Store(container);
        await store.TryAddAsync("m", "a", 1, One("r"), Token);
        await store.TryAddAsync("m", "a", 1, One("r"), Token);
        Assert.AreEqual(1, (await store.ReadAsync("m", Token)).Arms.Single().Requests);

        await store.TryAddAsync("m", "a", 2, One("r"), Token);
        await store.TryAddAsync("m", "a1", 1, One("r"), Token);
        Assert.AreEqual(3, (await store.ReadAsync("m", Token)).Arms.Single().Requests);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task Counts_whose_write_arrived_without_an_answer_are_not_added_again(bool repeats)
    {
        ExperimentStore store = Store(Storage.Through(new LostAnswer(RequestMethod.Put, "/experiments/"), container, repeats));
        var log = new ExperimentLog(store, new PredictionLog(10), time, NullLogger<ExperimentLog>.Instance);
        log.Answered("m", "r", "1", TimeSpan.FromMilliseconds(1), failed: false);
        if (repeats)
        {
            // The client's own repetition is refused by the ETag, and the revision tells why.
            await log.FlushAsync("m", Token);
        }
        else
        {
            await Assert.ThrowsExactlyAsync<IOException>(() => log.FlushAsync("m", Token));
        }

        log.Answered("m", "r", "1", TimeSpan.FromMilliseconds(1), failed: false);
        ExperimentArm arm = (await log.ReadAsync("m", Token)).Arms.Single();

        Assert.AreEqual(2, arm.Requests);
        Assert.AreEqual(2, arm.Latency.Counts.Sum());
    }

    [TestMethod]
    public async Task Processes_that_ended_leave_their_counts_and_nothing_else()
    {
        ExperimentStore store = Store(container);
        for (int i = 0; i < 5; i++)
        {
            await store.TryAddAsync("m", $"a{i}", 1, One("r"), Token);
            time.Advance(TimeSpan.FromHours(3));
        }

        (ExperimentShard? shard, _) = await ModelRegistry.ReadAsync<ExperimentShard>(container.GetBlobClient((await NamesAsync()).Single()), Token);
        Assert.AreEqual("a4", shard!.Writers.Keys.Single());
        Assert.AreEqual(5, shard.Counts.Arms.Single().Requests);
    }

    [TestMethod]
    public async Task Counts_that_may_have_been_written_over_an_hour_ago_are_given_up_rather_than_counted_twice()
    {
        ExperimentStore store = Store(Storage.Through(new LostAnswer(RequestMethod.Put, "/experiments/"), container, repeats: false));
        var log = new ExperimentLog(store, new PredictionLog(10), time, NullLogger<ExperimentLog>.Instance);
        log.Answered("m", "r", "1", TimeSpan.Zero, failed: false);
        await Assert.ThrowsExactlyAsync<IOException>(() => log.FlushAsync("m", Token));
        time.Advance(TimeSpan.FromHours(3));

        // Meanwhile another process has cleaned up, so that the revision is no longer there to tell.
        await Task.WhenAll("0123456789abcdef".Select(digit => store.TryAddAsync("m", digit + "other", 1, new(), Token)));
        log.Answered("m", "r", "1", TimeSpan.Zero, failed: false);

        Assert.AreEqual(2, (await log.ReadAsync("m", Token)).Arms.Single().Requests);
    }

    [TestMethod]
    public async Task A_failure_without_a_version_is_read_back_with_the_rest()
    {
        var log = new ExperimentLog(Store(container), new PredictionLog(10), time, NullLogger<ExperimentLog>.Instance);
        log.Answered("m", "canary", null, TimeSpan.FromMilliseconds(2), failed: true);
        log.Dropped("m", "shadow:2");
        log.Feedback("m", counts => counts.Unmatched++);
        ExperimentCounts counts = await log.ReadAsync("m", Token);

        Assert.AreEqual(1, counts.Arm("canary", null).Errors);
        Assert.AreEqual(1, counts.Arm("shadow:2", null).Dropped);
        Assert.AreEqual(1, counts.Feedback.Unmatched);
    }

    [TestMethod]
    public async Task A_model_without_results_has_none()
    {
        Assert.IsEmpty((await Store(container).ReadAsync("m", Token)).Arms);
        Assert.IsEmpty((await Store(Storage.NewContainer()).ReadAsync("m", Token)).Arms);
    }

    private ExperimentStore Store(BlobContainerClient blobs) => new(new ModelRegistry(blobs, time), time);

    private static ExperimentCounts One(string route)
    {
        var counts = new ExperimentCounts();
        counts.Arm(route, "1").Requests = 1;
        return counts;
    }

    private async Task<List<string>> NamesAsync()
    {
        var names = new List<string>();
        await foreach (var blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, "m/experiments/", Token))
        {
            names.Add(blob.Name);
        }

        return names;
    }
}
