using System.Text.Json;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Sweeps;
using DurableMl.Orchestrations.Training;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace DurableMl.Orchestrations.Importing;

/// <summary>The phases of an import, one after the other. Lives inside <see cref="ImportOrchestrator"/>.</summary>
internal sealed partial class ImportCourse(TaskOrchestrationContext context, ImportInput input, ImportBoard board)
{
    /// <summary>The job that converts.</summary>
    public const string Job = "model-import";

    private static readonly TimeSpan Longest = TimeSpan.FromHours(2);

    private readonly ILogger logger = context.CreateReplaySafeLogger<ImportCourse>();
    private readonly Task<string> cancelled = context.WaitForExternalEvent<string>(RunEvents.Cancel);

    /// <summary>A conversion is a sweep of one trial: it gets a trial's retries, and its Batch job a sweep's clean-up.</summary>
    private static SweepDefinition Sweep { get; } = new(
        Job, Trials: 1, Seed: 0, Budget: 1, new ObjectiveDefinition("rows", ObjectiveGoal.Maximize), new Dictionary<string, ParameterDefinition>(StringComparer.Ordinal),
        MaxFailedTrials: 0, Parallelism: 1, new RetryBudgets(Failures: 2, Preemptions: 5, Infrastructure: 5), Longest, CheckpointSteps: null, Nodes: 1);

    /// <summary>Goes through all phases and says how the import ended.</summary>
    /// <exception cref="PermanentFailureException">The conversion failed.</exception>
    public async Task<ImportOutput> RunAsync()
    {
        board.Enter(ImportPhase.Prepare);
        PreparedImport prepared = await context.CallActivityAsync<PreparedImport>(nameof(PrepareImport), input, ActivityRetries.Transient);
        if (cancelled.IsCompleted)
        {
            return await CancelledAsync();
        }

        string? code = null;
        if (ImportFormats.IsConverted(input.Request.Format))
        {
            board.Enter(ImportPhase.Convert);
            var sweep = new SweepInput(input.RunId, PrepareImport.Dataset, prepared.DatasetVersion, Sweep);
            SweepPreparation preparation = await context.CallActivityAsync<SweepPreparation>(nameof(PrepareSweep), sweep, ActivityRetries.Transient);
            TrialStatus conversion = await ConvertAsync(sweep, preparation.HasDedicatedPool);
            await CleanUpAsync();
            board.Take([conversion]);
            if (cancelled.IsCompleted)
            {
                return await CancelledAsync();
            }

            if (conversion.State != TrialState.Completed)
            {
                throw new PermanentFailureException($"The conversion failed: {conversion.Error ?? "it was ended from outside"}");
            }

            code = preparation.CodeSha256;
        }

        board.Enter(ImportPhase.Publish);
        PublishedImport published = await context.CallActivityAsync<PublishedImport>(nameof(PublishImport), new PublishImportInput(input, prepared, code), ActivityRetries.Transient);
        board.Enter(ImportPhase.Done);
        return new ImportOutput(input.RunId, input.Model, RunState.Published, published.Version, input.Request.Alias, published.LargestDifference, null);
    }

    private async Task<TrialStatus> ConvertAsync(SweepInput sweep, bool hasDedicatedPool)
    {
        var parameters = new Dictionary<string, JsonElement>(StringComparer.Ordinal) { ["format"] = JsonSerializer.SerializeToElement(input.Request.Format) };
        var trial = new TrialInput(input.RunId, ImportInput.Trial, sweep.Dataset, sweep.DatasetVersion, parameters, 0, sweep.Sweep, hasDedicatedPool);
        string instance = RunIds.Trial(input.RunId, ImportInput.Trial);
        try
        {
            return await WatchAsync(instance, context.CallSubOrchestratorAsync<TrialStatus>(nameof(TrialOrchestrator), trial, new TaskOptions().WithInstanceId(instance)));
        }
        catch (TaskFailedException e)
        {
            // Terminated from outside, for example. Its Batch job is to be removed all the same.
            return TrialStatus.NotBegun(ImportInput.Trial) with { State = TrialState.Failed, Error = RootCause.Of(e) };
        }
    }

    /// <summary>Awaits the conversion; shows its progress and passes a cancellation on meanwhile.</summary>
    private async Task<TrialStatus> WatchAsync(string instance, Task<TrialStatus> conversion)
    {
        DateTime began = context.CurrentUtcDateTime;
        bool told = false;
        while (true)
        {
            using var cancelTimer = new CancellationTokenSource();
            Task timer = context.CreateTimer(PollSchedule.Trial.After(context.CurrentUtcDateTime - began), cancelTimer.Token);
            Task first = await (told ? Task.WhenAny(conversion, timer) : Task.WhenAny(conversion, cancelled, timer));
            if (first == timer)
            {
                await ReadProgressAsync();
                continue;
            }

#pragma warning disable MA0042 // An orchestrator awaits nothing but its context's tasks.
            cancelTimer.Cancel();
#pragma warning restore MA0042
            if (first == conversion)
            {
                return await conversion;
            }

            told = true;
            context.SendEvent(instance, RunEvents.Cancel, await cancelled);
        }
    }

    private async Task ReadProgressAsync()
    {
        try
        {
            board.Take((await context.CallActivityAsync<RunProgress>(nameof(ReadProgress), new RunProgressInput(input.RunId, RunPhase.Train))).Trials);
        }
        catch (TaskFailedException e)
        {
            // Progress is for people to look at; the import does not depend on it.
            LogNoProgress(logger, RootCause.Of(e));
        }
    }

    private async Task CleanUpAsync()
    {
        try
        {
            await context.CallActivityAsync(nameof(CleanUpSweep), input.RunId, ActivityRetries.Transient);
        }
        catch (TaskFailedException e)
        {
            // What was converted is not lost over that: the job has nothing left to run, and the app's timer removes the jobs of runs that are over.
            LogNotCleanedUp(logger, RootCause.Of(e));
        }
    }

    private async Task<ImportOutput> CancelledAsync()
    {
        string reason = await cancelled;
        board.Stop($"cancelled: {reason}");
        return new ImportOutput(input.RunId, input.Model, RunState.Cancelled, null, null, null, reason);
    }

    [LoggerMessage(LogLevel.Warning, "The progress of this import could not be read and stays as it was: {Reason}")]
    private static partial void LogNoProgress(ILogger logger, string reason);

    [LoggerMessage(LogLevel.Warning, "The Batch job of this import could not be removed: {Reason}")]
    private static partial void LogNotCleanedUp(ILogger logger, string reason);
}
