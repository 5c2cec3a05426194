using DurableMl.Orchestrations.Sweeps;
using DurableMl.Orchestrations.Training;

namespace Orchestrations.Tests.Sweeps;

[TestClass]
public sealed class TrialFailuresTests
{
    [TestMethod]
    public void The_cause_is_said_with_how_often_it_was() => Assert.AreEqual(
        "diverged: the validation loss is nan (5 of 6 trials)", TrialFailures.Describe([.. Enumerable.Repeat(Failed("diverged: the validation loss is nan"), 5), Completed]));

    [TestMethod]
    public void Numbers_do_not_make_a_cause_another() => Assert.AreEqual(
        "diverged at step 50 (2 of 3 trials)", TrialFailures.Describe([Failed("diverged at step 50"), Failed("diverged at step 100"), Completed]));

    [TestMethod]
    public void Of_several_causes_the_most_frequent_is_said() => Assert.AreEqual(
        "3 of 3 trials have failed, most often because: out of memory (2)", TrialFailures.Describe([Failed("diverged"), Failed("out of memory"), Failed("out of memory")]));

    [TestMethod]
    public void One_trial_is_one_trial() => Assert.AreEqual("diverged (1 of 1 trial)", TrialFailures.Describe([Failed("diverged")]));

    [TestMethod]
    public void Without_failures_there_is_nothing_to_say() => Assert.IsNull(TrialFailures.Describe([Completed]));

    private static TrialStatus Completed { get; } = TrialStatus.NotBegun("trial-000") with { State = TrialState.Completed };

    private static TrialStatus Failed(string error) => TrialStatus.NotBegun("trial-001") with { State = TrialState.Failed, Error = error };
}
