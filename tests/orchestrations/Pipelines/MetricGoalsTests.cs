using DurableMl.Orchestrations.Pipelines;

namespace Orchestrations.Tests.Pipelines;

[TestClass]
public sealed class MetricGoalsTests
{
    [TestMethod]
    [DataRow("validation_loss", ObjectiveGoal.Minimize)]
    [DataRow("rmse", ObjectiveGoal.Minimize)]
    [DataRow("val_log_loss", ObjectiveGoal.Minimize)]
    [DataRow("validation_accuracy", ObjectiveGoal.Maximize)]
    [DataRow("test_f1", ObjectiveGoal.Maximize)]
    public void A_well_known_name_says_what_is_better(string metric, ObjectiveGoal goal) => Assert.AreEqual(goal, MetricGoals.Of(metric));

    [TestMethod]
    [DataRow("score")]
    [DataRow("lossless")]
    [DataRow("validation_")]
    public void Another_does_not(string metric) => Assert.IsNull(MetricGoals.Of(metric));
}
