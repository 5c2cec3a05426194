namespace DurableMl.Orchestrations.Evaluation;

/// <summary>Adds up how a model does that tells any number of labels of an example.</summary>
internal sealed class LabelTally(int labels)
{
    private const double Threshold = 0.5;
    private const double LeastProbability = 1e-15;

    private readonly long[] seen = new long[labels];
    private readonly long[] answered = new long[labels];
    private readonly long[] right = new long[labels];
    private long exact;
    private long wrong;
    private double logLoss;

    public long Examples { get; private set; }

    /// <summary>
    /// By name: <c>accuracy</c> is the share of examples with all labels right, <c>f1_micro</c> over all labels together, <c>f1_macro</c> the mean
    /// over the labels that have examples, <c>hamming_loss</c> the share of labels that are wrong, <c>log_loss</c> the mean over labels and examples.
    /// A label is answered where its probability is at least a half.
    /// </summary>
    public IReadOnlyDictionary<string, double> Metrics()
    {
        double examples = Math.Max(1, Examples);
        int[] there = [.. Enumerable.Range(0, labels).Where(i => seen[i] > 0)];
        long all = seen.Sum() + answered.Sum();
        return new Dictionary<string, double>(StringComparer.Ordinal)
        {
            ["accuracy"] = exact / examples,
            ["f1_micro"] = all == 0 ? 0 : 2.0 * right.Sum() / all,
            ["f1_macro"] = there.Length == 0 ? 0 : there.Average(i => 2.0 * right[i] / (seen[i] + answered[i])),
            ["hamming_loss"] = wrong / examples / labels,
            ["log_loss"] = logLoss / examples / labels,
        };
    }

    /// <summary>Adds examples, row by row.</summary>
    /// <param name="expected">1 for each label that an example has, else 0.</param>
    /// <param name="probabilities">The model's.</param>
    public void Add(ReadOnlySpan<float> expected, ReadOnlySpan<float> probabilities)
    {
        for (int row = 0; row < expected.Length / labels; row++)
        {
            int wrongHere = 0;
            for (int i = 0; i < labels; i++)
            {
                double probability = probabilities[(row * labels) + i];
                bool has = expected[(row * labels) + i] > 0;
                bool says = probability >= Threshold;
                seen[i] += has ? 1 : 0;
                answered[i] += says ? 1 : 0;
                right[i] += has && says ? 1 : 0;
                wrongHere += has == says ? 0 : 1;
                // Not above 1, or NaN: as wrong as can be.
                double ofTruth = has ? probability : 1 - probability;
                logLoss -= Math.Log(ofTruth >= LeastProbability ? Math.Min(ofTruth, 1) : LeastProbability);
            }

            Examples++;
            exact += wrongHere == 0 ? 1 : 0;
            wrong += wrongHere;
        }
    }
}
