using System.Text.Json;
using DurableMl.Inference.Experiments;
using DurableMl.Inference.Registry;

namespace Inference.Tests.Experiments;

[TestClass]
public sealed class ExperimentCountsTests
{
    [TestMethod]
    public void Past_the_limit_the_oldest_arms_are_counted_together_and_none_is_lost()
    {
        var counts = new ExperimentCounts();
        for (int i = 0; i < ExperimentCounts.MaxArms + 10; i++)
        {
            counts.Arm("champion", $"{i}").Requests = 1;
        }

        Assert.IsLessThanOrEqualTo(ExperimentCounts.MaxArms + 1, counts.Arms.Count);
        Assert.AreEqual(ExperimentCounts.MaxArms + 10, counts.Arms.Sum(arm => arm.Requests));
        Assert.AreEqual(1, counts.Arm("champion", $"{ExperimentCounts.MaxArms + 9}").Requests);
        Assert.IsGreaterThanOrEqualTo(10, counts.Arm("other", null).Requests);
    }

    [TestMethod]
    public void Counts_of_two_processes_add_up_after_JSON_too()
    {
        var one = new ExperimentCounts { Feedback = { Unmatched = 1, Rejected = 1, LatestRejection = new(DateTimeOffset.UnixEpoch, "earlier") } };
        one.Arm("r", "1").MaxDifference = 3;
        one.Arm("r", "1").Labelled = 2;
        var two = new ExperimentCounts { Feedback = { Rejected = 1, Repeated = 1, LatestRejection = new(DateTimeOffset.UnixEpoch.AddDays(1), "later") } };
        two.Arm("r", "1").MaxDifference = 2;
        two.Arm("r", null).Errors = 1;
        one.Add(two);

        ExperimentCounts sum = JsonSerializer.Deserialize<ExperimentCounts>(JsonSerializer.Serialize(one, RegistryJson.Options), RegistryJson.Options)!;
        Assert.AreEqual((3.0, 2L), (sum.Arm("r", "1").MaxDifference, sum.Arm("r", "1").Labelled));
        Assert.AreEqual(1, sum.Arm("r", null).Errors);
        Assert.AreEqual((1L, 2L, 1L, "later"), (sum.Feedback.Unmatched, sum.Feedback.Rejected, sum.Feedback.Repeated, sum.Feedback.LatestRejection!.Reason));
    }
}
