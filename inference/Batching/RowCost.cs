namespace DurableMl.Inference.Batching;

/// <summary>
/// What a model's rows cost, one at a time and in runs of several, learned from its runs. It goes by the fastest run lately: no run is
/// faster than the model, but many are slower because their thread waited for a core. Its readers need no exact value, so it has no lock.
/// </summary>
internal sealed class RowCost
{
    // A row in a batch must take at most this share of a row alone; otherwise a batch only makes its first caller wait for its last.
    private const double WorthWhile = 0.9;

    // And it must save more than what comes with batches: to queue, to wake a thread, to go on in another. bench/Inference shows about so much.
    private static readonly TimeSpan HandOver = TimeSpan.FromMicroseconds(30);

    // What was measured long ago counts less: an estimate that no run confirms grows by 1 % with each slower one.
    private const double Forget = 1.01;

    // Batches that do not pay are not run, so nothing would ever correct their estimate. With each run of one row it counts a little less,
    // until a batch is tried again.
    private const double Fading = 0.9999;

    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(1);

    private double alone;
    private double together;
    private double weight = 1;

    /// <summary>Whether a run of several requests is worth while, as far as is known.</summary>
    public bool BatchingPays => alone == 0 || together == 0 || weight * together <= Math.Min(WorthWhile * alone, alone - HandOver.TotalSeconds);

    /// <summary>Whether a run of <paramref name="rows"/> is known to take less than a millisecond: about what it costs to hand it to another thread and back on busy cores.</summary>
    public bool IsShort(int rows)
    {
        double row = rows == 1 ? alone : together;
        return row > 0 && row * rows < Short.TotalSeconds;
    }

    /// <summary>Learns from a run.</summary>
    public void Ran(TimeSpan elapsed, int rows)
    {
        double row = elapsed.TotalSeconds / Math.Max(1, rows);
        if (rows > 1)
        {
            together = Fastest(together, row);
            weight = 1;
        }
        else
        {
            alone = Fastest(alone, row);
            weight *= Fading;
        }
    }

    private static double Fastest(double known, double seen) => known == 0 ? seen : Math.Min(seen, known * Forget);
}
