using System.Text.RegularExpressions;
using DurableMl.BatchJobs.Submission;

namespace BatchJobs.Tests.Submission;

[TestClass]
public sealed partial class TrialContainerTests
{
    [TestMethod]
    [DataRow("run-a/trials/trial-000", "trials-run-a-trial-000-")]
    [DataRow("Mnist_2026--11/trials/trial-000", "trials-mnist-2026-11-trial-000-")]
    [DataRow("-/trials/-", "trials-")]
    [DataRow("a-run-with-a-name-that-is-much-longer-than-a-container-s-may-be/trials/trial-000", "trials-a-run-with-a-name-that-is-much-longer")]
    public void A_name_tells_the_trial_and_keeps_azures_rules(string prefix, string start)
    {
        var name = TrialContainer.Name(prefix);

        StringAssert.StartsWith(name, start);
        StringAssert.Matches(name, Rules());
        Assert.IsLessThanOrEqualTo(63, name.Length);
    }

    [TestMethod]
    public void Trials_whose_names_look_alike_have_containers_of_their_own() =>
        Assert.HasCount(4, ((string[])["run-a/trials/b", "run-A/trials/b", "run_a/trials/b", "run/trials/a-b"]).Select(TrialContainer.Name).Distinct());

    [GeneratedRegex("^[a-z0-9](-?[a-z0-9])*$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Rules();
}
