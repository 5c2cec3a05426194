using System.Text;
using System.Text.Json;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Sweeps;
using DurableMl.Orchestrations.Training;
using Microsoft.DurableTask;
using NSubstitute;
using Orchestrations.Tests.Fixtures;

namespace Orchestrations.Tests.Runs;

[TestClass]
public class RunProgressTests
{
    private JsonElement shown;

    [TestMethod]
    [DataRow(1)]
    [DataRow(40)]
    [DataRow(1000)]
    public void The_custom_status_keeps_to_16_KB_whatever_the_sweep(int trials)
    {
        RunProgress progress = Progress(trials);
        progress.Enter(RunPhase.Train, trials);
        progress.Take(new SweepResult(
            [.. Enumerable.Range(0, trials).Select(i => TrialStatus.NotBegun(RunIds.TrialId(i)) with
            {
                State = TrialState.Failed, Objective = 0.123456789012345, Epoch = 17.5, Attempts = 3, Preemptions = 2, Error = string.Concat(Enumerable.Repeat("é'+", 1000)),
            })],
            null, "c0de", null, Cancelled: false));
        progress.Show();

        // As the worker writes it, which escapes more than JsonBlobs does.
        Assert.IsLessThanOrEqualTo(16 * 1024, Encoding.Unicode.GetByteCount(JsonSerializer.Serialize(shown)), shown.GetRawText());
        RunStatus status = shown.Deserialize<RunStatus>(JsonBlobs.Options)!;
        Assert.AreEqual(trials, status.Trials.Count + (status.TrialsOmitted ?? 0));
        Assert.IsTrue(status.Trials.Count > 0);
    }

    [TestMethod]
    public void Phases_follow_each_other_without_gaps()
    {
        RunProgress progress = Progress(6);
        progress.Enter(RunPhase.Ingest, 1);
        progress.Enter(RunPhase.Preprocess, 0);

        RunStatus status = shown.Deserialize<RunStatus>(JsonBlobs.Options)!;
        Assert.AreEqual(status.Phases[0].EndedAt, status.Phases[1].StartedAt);
        Assert.IsNull(status.Phases[1].EndedAt);
    }

    private RunProgress Progress(int trials)
    {
        TaskOrchestrationContext context = Substitute.For<TaskOrchestrationContext>();
        context.InstanceId.Returns("run");
        context.CurrentUtcDateTime.Returns(new DateTime(2026, 11, 23, 0, 0, 0, DateTimeKind.Utc));
        context.When(c => c.SetCustomStatus(Arg.Any<object?>())).Do(call => shown = (JsonElement)call[0]);
        return new RunProgress(context, PipelineJson.Definition(json => json["sweep"]!["trials"] = trials));
    }
}
