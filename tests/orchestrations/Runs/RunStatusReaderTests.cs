using DurableMl.BatchJobs.Outcomes;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Training;
using Microsoft.DurableTask.Client;
using Orchestrations.Tests.Fixtures;
using static Orchestrations.Tests.Fixtures.ScriptedTraining;

namespace Orchestrations.Tests.Runs;

[TestClass]
public sealed class RunStatusReaderTests
{
    [TestMethod]
    public void Trials_that_nothing_was_heard_of_are_waiting()
    {
        SweepDefinition sweep = PipelineJson.Definition().Sweep;

        RunStatus status = RunStatusReader.WithTrials(Training(6), sweep, [TrialStatus.NotBegun("trial-004") with { State = TrialState.Running, Objective = 0.7 }]);

        CollectionAssert.AreEqual(Enumerable.Range(0, 6).Select(RunIds.TrialId).ToArray(), status.Trials.Select(trial => trial.Id).ToArray());
        Assert.AreEqual(5, status.Trials.Count(trial => trial.State == TrialState.Waiting));
        Assert.AreEqual((0, 6, "trial-004"), (status.Done, status.Total, status.Best!.Trial));
        Assert.IsTrue(status.Trials.All(trial => trial.Parameters!.Count == 5));
    }

    [TestMethod]
    public void Of_a_metric_that_is_minimised_the_least_is_best_while_trials_train()
    {
        SweepDefinition sweep = PipelineJson.Definition().Sweep with { Objective = new ObjectiveDefinition("validation_loss", ObjectiveGoal.Minimize) };

        RunStatus status = RunStatusReader.WithTrials(
            Training(6), sweep, [.. ((double[])[0.7, 0.2, 0.9]).Select((loss, i) => TrialStatus.NotBegun(RunIds.TrialId(i)) with { State = TrialState.Running, Objective = loss })]);

        Assert.AreEqual(("trial-001", 0.2), (status.Best!.Trial, status.Best.Objective));
    }

    [TestMethod]
    public void Of_many_trials_those_that_matter_most_are_shown_and_the_others_counted()
    {
        SweepDefinition sweep = PipelineJson.Definition(json => json["sweep"]!["trials"] = 1000).Sweep;
        TrialStatus[] known = [.. Enumerable.Range(0, 500).Select(i => TrialStatus.NotBegun(RunIds.TrialId(i)) with { State = i < 490 ? TrialState.Completed : TrialState.Running })];

        RunStatus status = RunStatusReader.WithTrials(Training(1000), sweep, known);

        Assert.AreEqual((490, TrialSelection.Most, 1000 - TrialSelection.Most), (status.Done, status.Trials.Count, status.TrialsOmitted));
        Assert.AreEqual(10, status.Trials.Count(trial => trial.State == TrialState.Running));
    }

    [TestMethod]
    public async Task While_trials_train_the_status_shows_how_each_is_doing()
    {
        await using PipelineHub hub = await PipelineHub.StartAsync((attempt, _) => attempt.TrialId == "trial-000" ? Over(TrialOutcomeKind.Succeeded, 0.9) : Running(0.5, 1));
        string id = await hub.ScheduleAsync(hub.Pipeline());

        RunStatus status = await Eventually.GetAsync(
            async () => await ReadAsync(hub, id) is { Done: 1 } seen && seen.Trials.Any(trial => trial.State == TrialState.Running) ? seen : null, "a trial trains, another has ended");

        Assert.AreEqual((RunPhase.Train, 6, "trial-000", 0.9), (status.Phase, status.Total, status.Best!.Trial, status.Best.Objective));
        Assert.AreEqual(1.0, status.Trials.First(trial => trial.State == TrialState.Running).Epoch);
        Assert.HasCount(6, status.Trials);

        await hub.Client.RaiseEventAsync(id, RunEvents.Cancel, "enough");
        await hub.EndAsync(id);
        RunStatus ended = (await ReadAsync(hub, id))!;
        Assert.AreEqual((RunPhase.Done, 5), (ended.Phase, ended.Trials.Count(trial => trial.State == TrialState.Cancelled)), "what the run shows itself stands once it is over");
    }

    private static RunStatus Training(int trials) => new("p", RunPhase.Train, 0, trials, [], null, null, [], null, null);

    private static async Task<RunStatus?> ReadAsync(PipelineHub hub, string id) =>
        await hub.Client.GetInstanceAsync(id, getInputsAndOutputs: true, hub.Hub.Timeout) is { } run ? await RunStatusReader.ReadAsync(hub.Client, run, hub.Hub.Timeout) : null;
}
