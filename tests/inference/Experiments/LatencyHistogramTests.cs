using System.Text.Json;
using DurableMl.Inference.Experiments;
using FsCheck;
using FsCheck.Fluent;

namespace Inference.Tests.Experiments;

[TestClass]
public sealed class LatencyHistogramTests
{
    // Milliseconds from 10 µs to 100 s, so that every one has a bucket that is its own size.
    private static readonly Arbitrary<double[]> Latencies =
        Gen.Choose(1, 10_000_000).Select(hundredths => hundredths / 100.0).NonEmptyListOf().Select(list => list.ToArray()).ToArbitrary();

    private static readonly Arbitrary<int> Percentiles = Gen.Choose(1, 100).ToArbitrary();

    [TestMethod]
    public void A_percentile_is_never_too_low_and_at_most_a_quarter_too_high() => Prop.ForAll(Latencies, Percentiles, (latencies, percentile) =>
    {
        double exact = latencies.Order().ElementAt((int)Math.Ceiling(latencies.Length * percentile / 100.0) - 1);
        double given = Of(latencies).Percentile(percentile);

        // Percentiles are rounded to a microsecond.
        return given >= exact - 0.001 && given <= (exact * 1.25) + 0.001;
    }).QuickCheckThrowOnFailure();

    [TestMethod]
    public void Histograms_of_parts_add_up_to_that_of_the_whole() => Prop.ForAll(Latencies, Latencies, (one, two) =>
    {
        LatencyHistogram sum = Of(one);
        sum.Add(Of(two));
        return sum.Counts.SequenceEqual(Of([.. one, .. two]).Counts);
    }).QuickCheckThrowOnFailure();

    [TestMethod]
    public void Counts_survive_JSON() => Prop.ForAll(Latencies, latencies =>
    {
        LatencyHistogram histogram = Of(latencies);
        return JsonSerializer.Deserialize<LatencyHistogram>(JsonSerializer.Serialize(histogram))!.Counts.SequenceEqual(histogram.Counts);
    }).QuickCheckThrowOnFailure();

    [TestMethod]
    public void Latencies_beyond_either_end_count_in_the_last_bucket_there()
    {
        LatencyHistogram histogram = Of([0, -1, 1e12]);

        Assert.AreEqual(2, histogram.Counts[0]);
        Assert.AreEqual(3, histogram.Counts.Sum());
        Assert.AreEqual(0.01, histogram.Percentile(50));
        Assert.IsGreaterThan(100_000, histogram.Percentile(100));
    }

    [TestMethod]
    public void Without_latencies_there_is_no_percentile() => Assert.AreEqual(0, new LatencyHistogram().Percentile(99));

    private static LatencyHistogram Of(double[] milliseconds)
    {
        var histogram = new LatencyHistogram();
        foreach (double latency in milliseconds)
        {
            histogram.Add(TimeSpan.FromMilliseconds(Math.Min(latency, 1e12)));
        }

        return histogram;
    }
}
