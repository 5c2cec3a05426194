using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Sweeps;
using DurableMl.Orchestrations.Training;
using Orchestrations.Tests.Fixtures;

namespace Orchestrations.Tests.Sweeps;

[TestClass]
public sealed class SweepRulesTests
{
    [TestMethod]
    [DataRow(0.9, "sweep.stop.target is reached: validation_accuracy is 0.9")]
    [DataRow(0.91, null)]
    public void A_target_is_reached_by_an_equal_objective(double target, string? rule) =>
        Assert.AreEqual(rule, Reached(new StopRules { Target = target }, Completed(0.5), Completed(0.9), Failed()));

    [TestMethod]
    public void A_target_of_a_loss_is_reached_from_above()
    {
        SweepDefinition sweep = PipelineJson.Definition().Sweep with { Objective = new ObjectiveDefinition("loss", ObjectiveGoal.Minimize) };

        Assert.IsNotNull(new StopRules { Target = 0.1 }.Reached([Completed(0.09)], sweep));
        Assert.IsNull(new StopRules { Target = 0.1 }.Reached([Completed(0.11)], sweep));
    }

    [TestMethod]
    public void Trials_that_are_no_better_are_counted_from_the_best_on()
    {
        var rules = new StopRules { TrialsWithoutImprovement = 3 };

        Assert.IsNull(Reached(rules, Completed(0.9), Completed(0.9), Failed()));
        StringAssert.StartsWith(Reached(rules, Completed(0.9), Completed(0.9), Failed(), Completed(double.NaN)), "sweep.stop.trialsWithoutImprovement: the last 3 trials");
        Assert.IsNull(Reached(rules, Completed(0.9), Completed(0.9), Failed(), Completed(0.95)));
    }

    [TestMethod]
    public void Before_any_trial_has_a_result_none_can_be_better() =>
        Assert.IsNull(Reached(new StopRules { TrialsWithoutImprovement = 1 }, Failed(), Failed()));

    [TestMethod]
    public void Cost_is_the_time_on_all_nodes_of_failed_trials_too()
    {
        var rules = new StopRules { CostUsd = 6, NodeUsdPerHour = 2 };
        TrialStatus hour = Completed(0.9) with { OnNodes = TimeSpan.FromHours(1) };
        SweepDefinition twoNodes = PipelineJson.Definition().Sweep with { Nodes = 2 };

        Assert.IsNull(rules.Reached([hour], twoNodes));
        Assert.AreEqual("sweep.stop.costUsd is spent: 2 trials have cost 8.00 of 6.00 USD", rules.Reached([hour, Failed() with { OnNodes = TimeSpan.FromHours(1) }], twoNodes));
    }

    private static string? Reached(StopRules rules, params TrialStatus[] ended) => rules.Reached(ended, PipelineJson.Definition().Sweep);

    private static TrialStatus Completed(double objective) => TrialStatus.NotBegun("trial-000") with { State = TrialState.Completed, Objective = objective };

    private static TrialStatus Failed() => TrialStatus.NotBegun("trial-000") with { State = TrialState.Failed, Error = "diverged" };
}
