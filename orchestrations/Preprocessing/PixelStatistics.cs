using DurableMl.Features.Images;

namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>
/// What mean and deviation are computed from. Sums of bytes and of their squares are exact integers, so parts add up to the same result in
/// any order and any grouping.
/// </summary>
/// <param name="Count">Bytes seen.</param>
/// <param name="Sum">Their sum.</param>
/// <param name="SumOfSquares">The sum of their squares.</param>
public readonly record struct PixelStatistics(long Count, long Sum, long SumOfSquares)
{
    private const double Scale = Normalisation.ByteScale;

    /// <summary>The mean of x / 255.</summary>
    public double Mean => Sum / (Count * Scale);

    /// <summary>The population deviation of x / 255: the square root of E[x²] − E[x]²; 1 where all bytes are equal, so that dividing by it does nothing.</summary>
    public double StandardDeviation
    {
        get
        {
            // In exact integers as long as possible: n·Σx² − (Σx)² loses nothing to cancellation.
            Int128 spread = ((Int128)Count * SumOfSquares) - ((Int128)Sum * Sum);
            return spread <= 0 ? 1 : Math.Sqrt((double)spread) / (Count * Scale);
        }
    }

    /// <summary>The statistics of both parts together.</summary>
    public static PixelStatistics operator +(PixelStatistics left, PixelStatistics right) => Add(left, right);

    /// <summary>The statistics of both parts together.</summary>
    public static PixelStatistics Add(PixelStatistics left, PixelStatistics right) =>
        new(left.Count + right.Count, left.Sum + right.Sum, left.SumOfSquares + right.SumOfSquares);

    /// <summary>The statistics of some bytes.</summary>
    public static PixelStatistics Of(ReadOnlySpan<byte> bytes)
    {
        long sum = 0;
        long squares = 0;
        foreach (byte value in bytes)
        {
            sum += value;
            squares += value * value;
        }

        return new PixelStatistics(bytes.Length, sum, squares);
    }
}
