namespace DurableMl.Inference.Experiments;

/// <summary>Counts of latencies in buckets that grow by a quarter each, from 10 µs to over 100 s: percentiles at most a quarter too high, and addable across instances.</summary>
public sealed class LatencyHistogram
{
    private const double FirstMilliseconds = 0.01;
    private const double Growth = 1.25;
    private const int Buckets = 76;

    /// <summary>How many latencies fell into each bucket; trailing zeros are left out.</summary>
    public IReadOnlyList<long> Counts
    {
        get => counts.AsSpan().TrimEnd(0L).ToArray();
        init
        {
            for (int i = 0; i < Math.Min(value.Count, Buckets); i++)
            {
                counts[i] = value[i];
            }
        }
    }

    private readonly long[] counts = new long[Buckets];

    /// <summary>Counts one latency.</summary>
    public void Add(TimeSpan latency)
    {
        double ratio = latency.TotalMilliseconds / FirstMilliseconds;
        counts[ratio <= 1 ? 0 : Math.Min(Buckets - 1, (int)Math.Ceiling(Math.Log(ratio, Growth)))]++;
    }

    /// <summary>Adds another's counts.</summary>
    public void Add(LatencyHistogram other)
    {
        for (int i = 0; i < Buckets; i++)
        {
            counts[i] += other.counts[i];
        }
    }

    /// <summary>The upper bound, in milliseconds, of the bucket with the given percentile (0 to 100); 0 when nothing was counted.</summary>
    public double Percentile(double percentile)
    {
        long total = counts.Sum();
        long rank = Math.Max(1, (long)Math.Ceiling(total * percentile / 100));
        long seen = 0;
        for (int i = 0; i < Buckets; i++)
        {
            seen += counts[i];
            if (total > 0 && seen >= rank)
            {
                return Math.Round(FirstMilliseconds * Math.Pow(Growth, i), 3);
            }
        }

        return 0;
    }
}
