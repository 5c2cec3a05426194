using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Scoring;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrations.Tests.Fixtures;

namespace Orchestrations.Tests.Scoring;

[TestClass]
public sealed class ScoreCancellationTests
{
    [TestMethod]
    public async Task Cancelling_ends_a_scoring_that_waits_out_an_outage_without_a_summary_beside_its_predictions()
    {
        using var begun = new ManualResetEventSlim();
        int summaries = 0;
        await using TaskHub hub = await TaskHub.StartAsync(tasks =>
        {
            tasks.AddActivityFunc<ScoreInput, ScorePage>(nameof(ListScoreShards), (_, _) => new ScorePage([new ScoreUnit(ScoreUnitKind.Array, "a.npy")], "a.npy", 0, 0));
            tasks.AddActivityFunc<ScoreShardInput, ShardScore>(nameof(ScoreShard), ShardScore (_, _) =>
            {
                begun.Set();
                throw new IOException("the connection was reset");
            });
            tasks.AddActivityFunc<ScoreInput, ScoreSummary>(nameof(WriteScoreSummary), (_, input) =>
            {
                summaries++;
                return ScoreSummary.Of(input, input.Progress ?? new());
            });
        });
        ScoreRequest request = new("datasets/x/", "runs/x/");
        string id = await hub.Client.ScheduleNewOrchestrationInstanceAsync(nameof(ScoreOrchestrator), request.ToInput("m", "1", "test"), hub.Timeout);
        await Eventually.TrueAsync(() => Task.FromResult(begun.IsSet), "a shard is tried");

        await hub.Client.RaiseEventAsync(id, RunEvents.Cancel, "enough", hub.Timeout);

        OrchestrationMetadata ended = await hub.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, hub.Timeout);
        Assert.AreEqual((OrchestrationRuntimeStatus.Completed, "enough", 0), (ended.RuntimeStatus, ended.ReadOutputAs<ScoreSummary>()!.Cancelled, summaries));
        Assert.Contains("\"state\":\"cancelled\"", ended.SerializedOutput!, StringComparison.OrdinalIgnoreCase);
    }
}
