namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>Mean and spread of numbers, merged as T. Chan, G. Golub and R. LeVeque do ("Updating formulae", 1979): nothing is lost to cancellation.</summary>
/// <param name="Count">Numbers seen.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="SquaredDistances">The sum of their squared distances from it.</param>
public readonly record struct ValueStatistics(long Count, double Mean, double SquaredDistances)
{
    /// <summary>The population deviation; 1 where all numbers are equal, so that dividing by it does nothing.</summary>
    public double StandardDeviation => SquaredDistances > 0 ? Math.Sqrt(SquaredDistances / Count) : 1;

    /// <summary>The figures of both parts together.</summary>
    public static ValueStatistics operator +(ValueStatistics left, ValueStatistics right) => Add(left, right);

    /// <summary>The figures of both parts together.</summary>
    public static ValueStatistics Add(ValueStatistics left, ValueStatistics right)
    {
        if (left.Count == 0 || right.Count == 0)
        {
            return left.Count == 0 ? right : left;
        }

        long count = left.Count + right.Count;
        double apart = right.Mean - left.Mean;
        double share = (double)right.Count / count;
        return new ValueStatistics(
            count, left.Mean + (apart * share), left.SquaredDistances + right.SquaredDistances + (apart * apart * left.Count * share));
    }

    /// <summary>The figures of some finite numbers.</summary>
    public static ValueStatistics Of(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values)
        {
            sum += value;
        }

        double mean = values.Length == 0 ? 0 : sum / values.Length;
        double squares = 0;
        foreach (double value in values)
        {
            squares += (value - mean) * (value - mean);
        }

        return new ValueStatistics(values.Length, mean, squares);
    }
}
