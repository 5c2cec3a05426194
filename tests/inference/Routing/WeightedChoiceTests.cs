using DurableMl.Inference.Routing;
using FsCheck;
using FsCheck.Fluent;

namespace Inference.Tests.Routing;

[TestClass]
public sealed class WeightedChoiceTests
{
    private static readonly Arbitrary<int[]> Weights =
        Gen.Choose(0, 150).ArrayOf().Where(weights => weights.Length is >= 2 and <= 64 && weights.Sum() > 0).ToArbitrary();

    [TestMethod]
    public void Every_round_is_divided_exactly_by_the_weights() => Prop.ForAll(Weights, weights =>
    {
        var choice = new WeightedChoice(weights, "salt");
        for (int round = 0; round < 2; round++)
        {
            var counts = new int[weights.Length];
            for (int i = 0; i < weights.Sum(); i++)
            {
                counts[choice.Next()]++;
            }

            if (!counts.SequenceEqual(weights))
            {
                return false;
            }
        }

        return true;
    }).QuickCheckThrowOnFailure();

    [TestMethod]
    public void A_key_gets_the_same_arm_in_every_process_and_never_one_without_weight() => Prop.ForAll(Weights, ArbMap.Default.ArbFor<NonNull<string>>(), (weights, key) =>
    {
        int arm = new WeightedChoice(weights, "salt").For(key.Get);
        return weights[arm] > 0 && new WeightedChoice(weights, "salt").For(key.Get) == arm;
    }).QuickCheckThrowOnFailure();

    [TestMethod]
    public void Requests_dealt_at_the_same_time_are_divided_exactly_too()
    {
        var choice = new WeightedChoice([9, 1], "salt");
        var counts = new int[2];
        Parallel.For(0, 10_000, _ => Interlocked.Increment(ref counts[choice.Next()]));

        CollectionAssert.AreEqual(new[] { 9000, 1000 }, counts);
    }

    [TestMethod]
    public void Keys_are_divided_about_by_the_weights_and_differently_for_each_experiment()
    {
        var one = new WeightedChoice([80, 20], "one");
        var two = new WeightedChoice([80, 20], "two");
        int second = Enumerable.Range(0, 10_000).Count(i => one.For($"user-{i}") == 1);
        int both = Enumerable.Range(0, 10_000).Count(i => one.For($"user-{i}") == 1 && two.For($"user-{i}") == 1);

        // Keys and salts are fixed, so these counts are too: within five standard deviations (40 and 20).
        Assert.IsTrue(second is > 1800 and < 2200, $"{second}");
        Assert.IsTrue(both is > 300 and < 500, $"{both}");
    }

    [TestMethod]
    public void Adding_weight_to_an_arm_moves_no_other_keys()
    {
        var before = new WeightedChoice([50, 50], "salt");
        var after = new WeightedChoice([60, 40], "salt");

        Assert.IsTrue(Enumerable.Range(0, 1000).Select(i => $"user-{i}").All(key => before.For(key) != 0 || after.For(key) == 0));
    }
}
