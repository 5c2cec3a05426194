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
internal sealed partial class ImportRun(TaskOrchestrationContext context, ImportInput input, ImportProgress progress)
{
    /// <summary>The job that converts.</summary>
    public const string Job = "model-import";

    private static readonly TimeSpan Longest = TimeSpan.FromHours(2);

    private readonly Cancellation cancellation = new(context);

    /// <summary>A conversion is a sweep of one trial: it gets a trial's retries, and its Batch job a sweep's clean-up.</summary>
    private static SweepDefinition Sweep { get; } = new(
        Job, Trials: 1, Seed: 0, Budget: 1, new ObjectiveDefinition("rows", ObjectiveGoal.Maximize), new Dictionary<string, ParameterDefinition>(StringComparer.Ordinal),
        MaxFailedTrials: 0, Parallelism: 1, new RetryBudgets(Failures: 2, Preemptions: 5, Infrastructure: 5), Longest, CheckpointSteps: null, Nodes: 1);

    /// <summary>Goes through all phases and says how the import ended.</summary>
    /// <exception cref="PermanentFailureException">The conversion failed.</exception>
    public async Task<ImportOutput> RunAsync()
    {
        try
        {
            progress.Enter(ImportPhase.Prepare);
            PreparedImport prepared = await cancellation.CallAsync<PreparedImport>(nameof(PrepareImport), input);
            string? code = ImportFormats.IsConverted(input.Request.Format) ? await ConvertAsync(prepared) : null;

            progress.Enter(ImportPhase.Publish);
            PublishedImport published = await cancellation.CallToItsEndAsync<PublishedImport>(nameof(PublishImport), new PublishImportInput(input, prepared, code));
            progress.Enter(ImportPhase.Done);
            return new ImportOutput(input.RunId, input.Model, RunState.Published, published.Version, input.Request.Alias, published.LargestDifference, null, published.Untried);
        }
        catch (CancelledException)
        {
            string reason = await cancellation.Requested;
            progress.Stop($"cancelled: {reason}");
            return new ImportOutput(input.RunId, input.Model, RunState.Cancelled, null, null, null, reason);
        }
    }

    /// <summary>Makes ONNX of the source. Returns the version of the code that did.</summary>
    private async Task<string> ConvertAsync(PreparedImport prepared)
    {
        progress.Enter(ImportPhase.Convert);
        var sweep = new SweepInput(input.RunId, PrepareImport.Dataset, prepared.DatasetVersion, Sweep);
        SweepPreparation preparation = await cancellation.CallAsync<SweepPreparation>(nameof(PrepareSweep), sweep);
        TrialStatus conversion = await ConvertAsync(sweep, preparation.HasDedicatedPool);
        await CleanUpAsync();
        progress.Take(conversion);
        cancellation.ThrowIfRequested();
        return conversion.State == TrialState.Completed
            ? preparation.CodeSha256
            : throw new PermanentFailureException($"The conversion failed: {conversion.Error ?? "it was ended from outside"}");
    }

    private async Task<TrialStatus> ConvertAsync(SweepInput sweep, bool hasDedicatedPool)
    {
        var parameters = new Dictionary<string, JsonElement>(StringComparer.Ordinal) { ["format"] = JsonSerializer.SerializeToElement(input.Request.Format) };
        var trial = new TrialInput(input.RunId, ImportInput.Trial, sweep.Dataset, sweep.DatasetVersion, parameters, 0, sweep.Sweep, hasDedicatedPool);
        string instance = RunIds.Trial(input.RunId, ImportInput.Trial);
        try
        {
            return (await cancellation.AwaitAsync(instance, options => context.CallSubOrchestratorAsync<TrialReport>(nameof(TrialOrchestrator), trial, options))).Status;
        }
        catch (TaskFailedException e)
        {
            // Terminated from outside, for example. Its Batch job is to be removed all the same.
            return TrialStatus.NotBegun(ImportInput.Trial) with { State = TrialState.Failed, Error = RootCause.Of(e) };
        }
    }

    private async Task CleanUpAsync()
    {
        try
        {
            await context.CallActivityAsync(nameof(CleanUpSweep), input.RunId, ActivityRetries.Brief);
        }
        catch (TaskFailedException e)
        {
            // What was converted is not lost over that: the job has nothing left to run, and the app's timer removes the jobs of runs that are over.
            ILogger logger = context.CreateReplaySafeLogger<ImportRun>();
            LogNotCleanedUp(logger, RootCause.Of(e));
        }
    }

    [LoggerMessage(LogLevel.Warning, "The Batch job of this import could not be removed: {Reason}")]
    private static partial void LogNotCleanedUp(ILogger logger, string reason);
}
