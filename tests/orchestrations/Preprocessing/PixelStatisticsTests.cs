using DurableMl.Orchestrations.Preprocessing;
using FsCheck.Fluent;

namespace Orchestrations.Tests.Preprocessing;

[TestClass]
public class PixelStatisticsTests
{
    [TestMethod]
    public void Mean_and_deviation_are_the_textbooks()
    {
        PixelStatistics statistics = PixelStatistics.Of([0, 51, 102, 255]);

        Assert.AreEqual(0.4, statistics.Mean, 1e-15);
        Assert.AreEqual(Math.Sqrt(((0.4 * 0.4) + (0.2 * 0.2) + 0 + (0.6 * 0.6)) / 4), statistics.StandardDeviation, 1e-15);
    }

    [TestMethod]
    public void Parts_add_up_to_the_whole_however_they_are_cut() =>
        FsCheck.Check.QuickThrowOnFailure(Prop.ForAll<byte[], int>((bytes, cut) =>
        {
            int at = bytes.Length == 0 ? 0 : Math.Abs(cut % bytes.Length);
            return PixelStatistics.Of(bytes) == PixelStatistics.Of(bytes.AsSpan(at)) + PixelStatistics.Of(bytes.AsSpan(0, at));
        }));

    [TestMethod]
    public void Equal_bytes_have_the_neutral_deviation() => Assert.AreEqual(1, PixelStatistics.Of([9, 9, 9]).StandardDeviation);

    [TestMethod]
    public void Ten_thousand_million_bytes_do_not_overflow()
    {
        var statistics = new PixelStatistics(10_000_000_000, 1_275_000_000_000, 325_125_000_000_000);

        Assert.AreEqual(0.5, statistics.Mean, 1e-12);
        Assert.AreEqual(0.5, statistics.StandardDeviation, 1e-12);
    }
}
