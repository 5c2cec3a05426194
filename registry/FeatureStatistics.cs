namespace DurableMl.Registry;

/// <summary>Figures of numeric examples: of each feature, or of all features together where there are more than <see cref="MaxFeatures"/>.</summary>
/// <param name="Examples">How many.</param>
/// <param name="Mean">The means; what is no number does not count.</param>
/// <param name="StandardDeviation">The standard deviations.</param>
public sealed record FeatureStatistics(long Examples, IReadOnlyList<double> Mean, IReadOnlyList<double> StandardDeviation)
{
    /// <summary>Features that have figures of their own.</summary>
    public const int MaxFeatures = 64;

    /// <summary>How far <paramref name="seen"/> is off, in standard deviations of these examples; 0 for a feature that never varied and is the same. Null where the features differ in number.</summary>
    public IReadOnlyList<double>? ShiftOf(FeatureStatistics seen)
    {
        ArgumentNullException.ThrowIfNull(seen);
        return seen.Mean.Count != Mean.Count ? null : [.. Mean.Select((mean, i) =>
            seen.Mean[i] == mean ? 0 : Math.Round((seen.Mean[i] - mean) / Math.Max(StandardDeviation[i], 1e-9), 4))];
    }
}

/// <summary>Adds examples up to <see cref="FeatureStatistics"/>. Safe for concurrent callers.</summary>
public sealed class FeatureTally
{
    private readonly Lock gate = new();
    private long examples;
    private long[] counts = [];
    private double[] sums = [];
    private double[] squares = [];

    /// <summary>Adds rows.</summary>
    /// <param name="values">Their features, row by row.</param>
    /// <param name="width">Features of a row, at least 1. Rows of another width than the first ones do not count.</param>
    /// <returns>Examples so far.</returns>
    public long Add(ReadOnlySpan<float> values, int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        lock (gate)
        {
            int features = width > FeatureStatistics.MaxFeatures ? 1 : width;
            if (counts.Length == 0)
            {
                (counts, sums, squares) = (new long[features], new double[features], new double[features]);
            }

            if (features != counts.Length)
            {
                // Rows of another width, as a sequence's may be, have other features.
                return examples;
            }

            for (int i = 0; i < values.Length; i++)
            {
                if (float.IsFinite(values[i]))
                {
                    int feature = i % counts.Length;
                    counts[feature]++;
                    sums[feature] += values[i];
                    squares[feature] += (double)values[i] * values[i];
                }
            }

            return examples += values.Length / width;
        }
    }

    /// <summary>The figures; null before the first example.</summary>
    public FeatureStatistics? Result()
    {
        lock (gate)
        {
            double[] means = [.. sums.Zip(counts, (sum, count) => sum / Math.Max(1, count))];
            return examples == 0 ? null : new(examples, means, [.. squares.Select((square, i) => Math.Sqrt(Math.Max(0, (square / Math.Max(1, counts[i])) - (means[i] * means[i]))))]);
        }
    }
}
