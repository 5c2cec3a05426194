using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using DurableMl.Orchestrations.Runs;
using Microsoft.DurableTask.Client;
using NSubstitute;
using Orchestrations.Tests.Fixtures;

namespace Orchestrations.Tests.Runs;

[TestClass]
public sealed class RunIndexTests
{
    [TestMethod]
    public async Task Runs_are_listed_page_by_page_newest_first_with_how_they_ended()
    {
        RunIndex index = await OpenAsync();
        string prefix = Storage.NewName("x");
        // Long before any other test's, so that no page mixes them.
        DateTime start = new(1990, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        for (int i = 0; i < 5; i++)
        {
            await index.BeginAsync($"{prefix}-{i}", start.AddHours(i), "penguins", default);
        }

        await index.EndAsync($"{prefix}-3", start.AddHours(3), "penguins", RunState.Rejected, default);
        var found = new List<RunEntry>();
        string? token = null;
        do
        {
            RunEntries page = await index.ListAsync(token, 2, default);
            Assert.IsTrue(page.Runs.Count <= 2);
            found.AddRange(page.Runs.Where(run => run.RunId.StartsWith(prefix, StringComparison.Ordinal)));
            token = page.ContinuationToken;
        }
        while (token is not null);

        CollectionAssert.AreEqual(new[] { 4, 3, 2, 1, 0 }.Select(i => $"{prefix}-{i}").ToArray(), found.Select(run => run.RunId).ToArray());
        Assert.AreEqual((RunState.Rejected, null), (found[1].State, found[0].State));
        Assert.AreEqual(("penguins", start.AddHours(4)), (found[0].Pipeline, found[0].StartedAt.UtcDateTime));
    }

    [TestMethod]
    public async Task A_page_takes_one_call_however_many_runs_there_are()
    {
        RunIndex index = await OpenAsync();
        string prefix = Storage.NewName("z");
        // After what another test purges.
        await Parallel.ForEachAsync(Enumerable.Range(0, 150), async (i, token) => await index.BeginAsync($"{prefix}-{i}", new DateTime(1985, 1, 1, 0, 0, i % 60, DateTimeKind.Utc), "p", token));
        var calls = new CallCount();
        var options = new BlobClientOptions();
        options.AddPolicy(calls, HttpPipelinePosition.PerCall);
        var counted = new RunIndex(new BlobServiceClient(await Storage.ConnectionStringAsync(), options));

        RunEntries first = await counted.ListAsync(null, 100, default);
        RunEntries second = await counted.ListAsync(first.ContinuationToken, 100, default);

        Assert.AreEqual((100, 2), (first.Runs.Count, calls.Count));
        Assert.IsGreaterThanOrEqualTo(50, second.Runs.Count);
    }

    [TestMethod]
    public async Task Old_runs_that_are_over_are_purged_and_taken_off_the_list()
    {
        RunIndex index = await OpenAsync();
        string prefix = Storage.NewName("y");
        DateTime start = new(1980, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        await index.EndAsync($"{prefix}-ended", start, "p", RunState.Published, default);
        await index.BeginAsync($"{prefix}-going-on", start, "p", default);
        await index.BeginAsync($"{prefix}-terminated", start, "p", default);
        DurableTaskClient client = Substitute.For<DurableTaskClient>("hub");
        client.GetInstanceAsync($"{prefix}-going-on", Arg.Any<CancellationToken>()).Returns(new OrchestrationMetadata("x", $"{prefix}-going-on"));
        PurgeInstancesFilter? filter = null;
        client.PurgeAllInstancesAsync(Arg.Do<PurgeInstancesFilter>(asked => filter = asked), Arg.Any<CancellationToken>()).Returns(new PurgeResult(7));

        Assert.AreEqual(7, await new HistoryPurge(await Storage.BlobsAsync()).PurgeAsync(client, start.AddDays(1), default));

        Assert.AreEqual(start.AddDays(1), filter!.CreatedTo);
        CollectionAssert.DoesNotContain(filter.Statuses!.ToArray(), OrchestrationRuntimeStatus.Running);
        RunEntries all = await index.ListAsync(null, 5000, default);
        Assert.AreEqual($"{prefix}-going-on", all.Runs.Single(run => run.RunId.StartsWith(prefix, StringComparison.Ordinal)).RunId);
    }

    private static async Task<RunIndex> OpenAsync()
    {
        var blobs = await Storage.BlobsAsync();
        await blobs.GetBlobContainerClient("runs").CreateIfNotExistsAsync();
        return new RunIndex(blobs);
    }

    private sealed class CallCount : HttpPipelineSynchronousPolicy
    {
        private int count;

        public int Count => count;

        public override void OnSendingRequest(HttpMessage message) => Interlocked.Increment(ref count);
    }
}
