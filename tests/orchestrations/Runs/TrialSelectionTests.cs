using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Training;

namespace Orchestrations.Tests.Runs;

[TestClass]
public class TrialSelectionTests
{
    [TestMethod]
    public void Trials_under_way_come_before_failed_ones_and_those_before_the_best()
    {
        TrialStatus[] trials = [.. Enumerable.Range(0, 200).Select(i => TrialStatus.NotBegun(RunIds.TrialId(i)) with
        {
            State = i < 100 ? TrialState.Completed : i < 110 ? TrialState.Failed : i < 130 ? TrialState.Running : TrialState.Waiting,
            Objective = i < 100 ? i / 100.0 : null,
        })];

        IReadOnlyList<TrialStatus> chosen = TrialSelection.Choose(trials, ObjectiveGoal.Maximize);

        Assert.AreEqual(TrialSelection.Most, chosen.Count);
        Assert.AreEqual(20, chosen.Count(trial => trial.State == TrialState.Running));
        Assert.AreEqual(10, chosen.Count(trial => trial.State == TrialState.Failed));
        CollectionAssert.AreEqual(Enumerable.Range(90, 10).Select(RunIds.TrialId).ToArray(), chosen.Where(t => t.State == TrialState.Completed).Select(t => t.Id).ToArray());
    }
}
