using System.Text;
using System.Text.Json;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Training;
using Microsoft.DurableTask;
using NSubstitute;
using Orchestrations.Tests.Fixtures;

namespace Orchestrations.Tests.Runs;

[TestClass]
public class RunBoardTests
{
    private JsonElement shown;

    [TestMethod]
    [DataRow(1)]
    [DataRow(40)]
    [DataRow(1000)]
    public void The_custom_status_keeps_to_16_KB_whatever_the_sweep(int trials)
    {
        RunBoard board = Board(trials);
        board.Enter(RunPhase.Train, trials);
        board.Take(new RunProgress(0, 0, [.. Enumerable.Range(0, Math.Min(trials, TrialSelection.Most)).Select(i => TrialStatus.NotBegun(RunIds.TrialId(i)) with
        {
            State = TrialState.Failed, Objective = 0.123456789012345, Epoch = 17.5, Attempts = 3, Preemptions = 2, Error = new string('é', 3000),
        })]));

        Assert.IsTrue(Encoding.Unicode.GetByteCount(shown.GetRawText()) <= 16 * 1024, shown.GetRawText());
        RunStatus status = shown.Deserialize<RunStatus>(JsonBlobs.Options)!;
        Assert.AreEqual(trials, status.Trials.Count + (status.TrialsOmitted ?? 0));
        Assert.IsTrue(status.Trials.Count > 0);
    }

    [TestMethod]
    public void Trials_that_nothing_was_heard_of_are_waiting()
    {
        RunBoard board = Board(6);
        board.Enter(RunPhase.Train, 6);
        board.Take(new RunProgress(1, 0, [TrialStatus.NotBegun("trial-004") with { State = TrialState.Running, Objective = 0.7 }]));

        RunStatus status = shown.Deserialize<RunStatus>(JsonBlobs.Options)!;
        CollectionAssert.AreEqual(Enumerable.Range(0, 6).Select(RunIds.TrialId).ToArray(), status.Trials.Select(trial => trial.Id).ToArray());
        Assert.AreEqual(5, status.Trials.Count(trial => trial.State == TrialState.Waiting));
        Assert.AreEqual((1, 6, "trial-004"), (status.Done, status.Total, status.Best!.Trial));
        Assert.IsTrue(status.Trials.All(trial => trial.Parameters!.Count == 5));
    }

    [TestMethod]
    public void Phases_follow_each_other_without_gaps()
    {
        RunBoard board = Board(6);
        board.Enter(RunPhase.Ingest, 1);
        board.Enter(RunPhase.Preprocess, 0);

        RunStatus status = shown.Deserialize<RunStatus>(JsonBlobs.Options)!;
        Assert.AreEqual(status.Phases[0].EndedAt, status.Phases[1].StartedAt);
        Assert.IsNull(status.Phases[1].EndedAt);
    }

    private RunBoard Board(int trials)
    {
        TaskOrchestrationContext context = Substitute.For<TaskOrchestrationContext>();
        context.InstanceId.Returns("run");
        context.CurrentUtcDateTime.Returns(new DateTime(2026, 11, 23, 0, 0, 0, DateTimeKind.Utc));
        context.When(c => c.SetCustomStatus(Arg.Any<object?>())).Do(call => shown = (JsonElement)call[0]);
        return new RunBoard(context, PipelineJson.Definition(json => json["sweep"]!["trials"] = trials));
    }
}
