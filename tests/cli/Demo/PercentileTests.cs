using DurableMl.Cli.Demo;
using FsCheck;
using FsCheck.Fluent;

namespace Cli.Tests.Demo;

[TestClass]
public sealed class PercentileTests
{
    [TestMethod]
    [DataRow(5.0, 15)]
    [DataRow(30.0, 20)]
    [DataRow(40.0, 20)]
    [DataRow(50.0, 35)]
    [DataRow(100.0, 50)]
    public void The_nearest_rank_is_taken(double percent, int expected) => Assert.AreEqual(expected, Percentile.Of([15, 20, 35, 40, 50], percent));

    [TestMethod]
    public void One_value_is_every_percentile()
    {
        Assert.AreEqual(7, Percentile.Of([7], 0.1));
        Assert.AreEqual(7, Percentile.Of([7], 99));
    }

    [TestMethod]
    public void At_least_the_percentage_lies_at_or_below_it_and_less_lies_below()
    {
        Prop.ForAll<NonEmptyArray<int>>(values => Holds(values.Get)).QuickCheckThrowOnFailure();

        static bool Holds(int[] values)
        {
            Array.Sort(values);
            return Enumerable.Range(1, 100).All(percent =>
            {
                var value = Percentile.Of(values, percent);
                return values.Count(other => other <= value) * 100 >= percent * values.Length && values.Count(other => other < value) * 100 < percent * values.Length;
            });
        }
    }

    [TestMethod]
    public void No_values_have_no_percentile() => Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Percentile.Of(Array.Empty<int>(), 50));
}
