using System.Text.Json;
using Azure.Storage.Blobs;
using DurableMl.BatchJobs.Outcomes;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Training;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrations.Tests.Fixtures;
using static Orchestrations.Tests.Fixtures.ScriptedTraining;

namespace Orchestrations.Tests.Telemetry;

[TestClass]
public sealed class PipelineMeterTests
{
    [TestMethod]
    public async Task A_run_is_counted_with_its_phases_and_its_trials()
    {
        await using PipelineHub hub = await PipelineHub.StartAsync(
            (attempt, _) => attempt.TrialId == "trial-000" ? Over(TrialOutcomeKind.NonRetryable) : Over(TrialOutcomeKind.Succeeded, 0.9));
        using var measured = new Measurements(hub.Meter);

        OrchestrationMetadata run = await hub.RunAsync(hub.Pipeline() with { Sweep = hub.Pipeline().Sweep with { Trials = 3, MaxFailedTrials = 1 } });

        Assert.AreEqual(OrchestrationRuntimeStatus.Completed, run.RuntimeStatus, run.FailureDetails?.ToString());
        Assert.AreEqual("1", measured.Of("durableml.runs.started"));
        Assert.AreEqual("1 state=published", measured.Of("durableml.runs"));
        Assert.AreEqual("phase=evaluate, phase=ingest, phase=preprocess, phase=publish, phase=train", measured.Tags("durableml.run.phase.duration"));
        Assert.AreEqual("1 outcome=completed, 1 outcome=completed, 1 outcome=failed", measured.Of("durableml.trials"));
    }

    [TestMethod]
    public async Task Activities_that_run_again_count_nothing_twice()
    {
        await using PipelineHub hub = await PipelineHub.StartAsync((_, _) => Over(TrialOutcomeKind.Succeeded, 0.9));
        string id = (await hub.RunAsync(hub.Pipeline())).InstanceId;
        using var measured = new Measurements(hub.Meter);
        BlobContainerClient runs = hub.Blobs.GetBlobContainerClient("runs");
        RunClaim claim = (await runs.GetBlobClient(RunBlobs.Claim(id)).ReadJsonAsync<RunClaim>(default))!;
        JsonElement report = JsonElement.Parse((await runs.GetBlobClient(RunBlobs.Report(id)).DownloadContentAsync()).Value.Content.ToString());

        await new RecordRun(hub.Blobs, hub.Jobs, hub.Meter).RunAsync(new RecordRunInput(id, hub.Pipeline(), claim.StartedAt), default);
        await new WriteReport(hub.Blobs, hub.Meter, NullLogger<WriteReport>.Instance).RunAsync(new WriteReportInput(id, claim.ExecutionStartedAt, report), default);

        Assert.AreEqual("", measured.Of("durableml.runs.started") + measured.Of("durableml.runs") + measured.Of("durableml.run.phase.duration") + measured.Of("durableml.trials"));
    }

    [TestMethod]
    public async Task A_resumed_run_counts_only_the_trials_that_ended_in_it()
    {
        await using PipelineHub hub = await PipelineHub.StartAsync((_, _) => Over(TrialOutcomeKind.Succeeded, 0.9));
        string id = (await hub.RunAsync(hub.Pipeline())).InstanceId;
        using var measured = new Measurements(hub.Meter);
        BlobContainerClient runs = hub.Blobs.GetBlobContainerClient("runs");
        RunOutput before = (await runs.GetBlobClient(RunBlobs.Report(id)).ReadJsonAsync<RunOutput>(default))!;
        DateTime resumedAt = before.Phases[0].StartedAt.UtcDateTime.AddHours(1);
        TrialSummary again = before.Trials[0] with { State = TrialState.Failed, Attempts = 2 };
        RunOutput after = before with { State = RunState.Failed, Trials = [again, .. before.Trials.Skip(1)], Phases = [new PhaseTimes(RunPhase.Ingest, resumedAt, resumedAt.AddSeconds(2))] };

        await new RecordRun(hub.Blobs, hub.Jobs, hub.Meter).RunAsync(new RecordRunInput(id, hub.Pipeline(), resumedAt, Resumed: true), default);
        await new WriteReport(hub.Blobs, hub.Meter, NullLogger<WriteReport>.Instance).RunAsync(new WriteReportInput(id, resumedAt, JsonBlobs.ToElement(after)), default);

        Assert.AreEqual("1", measured.Of("durableml.runs.started"));
        Assert.AreEqual("1 state=failed", measured.Of("durableml.runs"));
        Assert.AreEqual("2 phase=ingest", measured.Of("durableml.run.phase.duration"));
        Assert.AreEqual("1 outcome=failed", measured.Of("durableml.trials"));
    }
}
