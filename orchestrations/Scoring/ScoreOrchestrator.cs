using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.FanOut;
using DurableMl.Orchestrations.Runs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace DurableMl.Orchestrations.Scoring;

/// <summary>
/// Orchestrator: scores every shard under a prefix, and every table or image file that the model takes, page by page of names, a window of them
/// at a time. Each page is an execution of its own, so that history stays short however many there are. What was scored before is not scored again.
/// </summary>
public static class ScoreOrchestrator
{
    /// <summary>Returns the summary; after the event <see cref="RunEvents.Cancel"/> that of the pages done so far.</summary>
    /// <exception cref="PermanentFailureException">A shard cannot be scored, or there is none; the message says why.</exception>
    [Function(nameof(ScoreOrchestrator))]
    public static async Task<ScoreSummary> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        ScoreInput input = context.GetInput<ScoreInput>()!;
        ScoreProgress progress = input.Progress ?? new();
        context.SetCustomStatus(progress);
        Task<string> cancelled = context.WaitForExternalEvent<string>(RunEvents.Cancel);
        TaskOptions retries = ActivityRetries.Until(cancelled);
        Task<ScoreSummary?> page = ScorePageAsync(context, input, progress, retries, cancelled);
        if (await Task.WhenAny(page, cancelled) == cancelled || cancelled.IsCompleted)
        {
            // Shards under way may still be written: whole, and as they would be next time. The summary tells a finished scoring from this one.
            return ScoreSummary.Of(input, progress) with { Cancelled = await cancelled };
        }

        string failure;
        try
        {
            return await page ?? ScoreSummary.Of(input, progress);
        }
        catch (TaskFailedException e)
        {
            failure = RootCause.Of(e);
        }

        throw new PermanentFailureException(failure);
    }

    /// <summary>Returns the summary after the last page; null after another, when a new execution goes on.</summary>
    private static async Task<ScoreSummary?> ScorePageAsync(TaskOrchestrationContext context, ScoreInput input, ScoreProgress progress, TaskOptions retries, Task cancelled)
    {
        ScorePage page = await context.CallActivityAsync<ScorePage>(nameof(ListScoreShards), input, retries);
        ScoreProgress looked = progress with { After = page.After, Packs = page.Packs, Skipped = progress.Skipped + page.Skipped };
        if (page.Units.Count == 0)
        {
            return await context.CallActivityAsync<ScoreSummary>(nameof(WriteScoreSummary), input with { Progress = looked }, retries);
        }

        // Of a page under way the status knows what is done, and the next page's place only all of it.
        ScoreProgress done = progress;
        IReadOnlyList<ShardScore> scores = await BoundedWindow.RunAsync(page.Units, input.Parallelism, ScoreAsync);
        if (!cancelled.IsCompleted)
        {
            context.ContinueAsNew(input with { Progress = looked.Add(scores) });
        }

        return null;

        async Task<ShardScore> ScoreAsync(ScoreUnit unit)
        {
            ShardScore score = await context.CallActivityAsync<ShardScore>(ActivityOf(unit.Kind), new ScoreShardInput(input with { Progress = null }, unit.Blob), retries);
            done = done.Add([score]);
            context.SetCustomStatus(done);
            ScoreFailures.Check(done.Failed, input.MaxFailedItems, done.Causes ?? []);
            return score;
        }
    }

    private static string ActivityOf(ScoreUnitKind kind) => kind switch
    {
        ScoreUnitKind.Table => nameof(ScoreTable),
        ScoreUnitKind.Images => nameof(ScoreImages),
        _ => nameof(ScoreShard),
    };
}
