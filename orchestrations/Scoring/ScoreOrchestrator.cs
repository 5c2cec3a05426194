using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.FanOut;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace DurableMl.Orchestrations.Scoring;

/// <summary>
/// Orchestrator: scores every shard under a prefix, page by page of names, a window of shards at a time. Each page is an execution of
/// its own, so that history stays short however many shards there are. A shard that was scored before is not scored again.
/// </summary>
public static class ScoreOrchestrator
{
    /// <summary>Returns the summary.</summary>
    [Function(nameof(ScoreOrchestrator))]
    public static async Task<ScoreSummary> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        ScoreInput input = context.GetInput<ScoreInput>()!;
        ScoreProgress progress = input.Progress ?? new();
        context.SetCustomStatus(progress);
        IReadOnlyList<string> page = await context.CallActivityAsync<IReadOnlyList<string>>(nameof(ListScoreShards), input, ActivityRetries.Transient);
        if (page.Count == 0)
        {
            return await context.CallActivityAsync<ScoreSummary>(nameof(WriteScoreSummary), input, ActivityRetries.Transient);
        }

        IReadOnlyList<ShardScore> scores = await BoundedWindow.RunAsync(
            page,
            input.Parallelism,
            shard => context.CallActivityAsync<ShardScore>(nameof(ScoreShard), new ScoreShardInput(input with { Progress = null }, shard), ActivityRetries.Transient));
        context.ContinueAsNew(input with { Progress = progress.Add(scores) });
        return ScoreSummary.Of(input, progress);
    }
}
