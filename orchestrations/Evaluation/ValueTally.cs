namespace DurableMl.Orchestrations.Evaluation;

/// <summary>Adds up the errors of a model that predicts numbers, for each target.</summary>
internal sealed class ValueTally(int targets)
{
    private readonly double[] squared = new double[targets];
    private readonly double[] absolute = new double[targets];
    private readonly double[] mean = new double[targets];
    private readonly double[] spread = new double[targets];

    public long Examples { get; private set; }

    /// <summary>By name, in the targets' own units; over several targets the mean. R² is 0 where a target never changes.</summary>
    public IReadOnlyDictionary<string, double> Metrics()
    {
        double examples = Math.Max(1, Examples);
        return new Dictionary<string, double>(StringComparer.Ordinal)
        {
            ["rmse"] = squared.Average(error => Math.Sqrt(error / examples)),
            ["mae"] = absolute.Average(error => error / examples),
            ["r2"] = squared.Zip(spread, (error, of) => of > 0 ? 1 - (error / of) : 0).Average(),
        };
    }

    /// <summary>Adds examples, row by row.</summary>
    /// <param name="expected">Their numbers.</param>
    /// <param name="predicted">The model's.</param>
    public void Add(ReadOnlySpan<float> expected, ReadOnlySpan<float> predicted)
    {
        for (int row = 0; row < expected.Length / targets; row++)
        {
            Examples++;
            for (int i = 0; i < targets; i++)
            {
                double value = expected[(row * targets) + i];
                double error = predicted[(row * targets) + i] - value;
                squared[i] += error * error;
                absolute[i] += Math.Abs(error);
                // Welford's way, which loses nothing of a small spread around a large mean.
                double distance = value - mean[i];
                mean[i] += distance / Examples;
                spread[i] += distance * (value - mean[i]);
            }
        }
    }
}
