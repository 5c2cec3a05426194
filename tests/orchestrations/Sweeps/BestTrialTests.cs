using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Sweeps;
using DurableMl.Orchestrations.Training;
using Orchestrations.Tests.Fixtures;

namespace Orchestrations.Tests.Sweeps;

[TestClass]
public class BestTrialTests
{
    private static readonly TrialStatus[] Trials = [Trial("a", 0.5), Trial("b", null), Trial("c", 0.9), Trial("d", 0.9), Trial("e", double.NaN)];

    [TestMethod]
    [DataRow(ObjectiveGoal.Maximize, "c")]
    [DataRow(ObjectiveGoal.Minimize, "a")]
    public void The_best_is_the_first_with_the_best_objective(ObjectiveGoal goal, string best) =>
        Assert.AreEqual(best, BestTrial.Of(Trials, Sweep(goal))!.Trial);

    [TestMethod]
    public void Without_objectives_there_is_no_best() => Assert.IsNull(BestTrial.Of([Trial("a", null)], Sweep(ObjectiveGoal.Maximize)));

    private static TrialStatus Trial(string id, double? objective) => TrialStatus.NotBegun(id) with { Objective = objective };

    private static SweepDefinition Sweep(ObjectiveGoal goal) => PipelineJson.Definition().Sweep with { Objective = new ObjectiveDefinition("m", goal) };
}
