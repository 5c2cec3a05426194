namespace DurableMl.Orchestrations.Evaluation;

/// <summary>Counts right answers of a classifier, in all and per class, and how sure it was of them.</summary>
internal sealed class ClassTally(int classes)
{
    private const double LeastProbability = 1e-15;

    private readonly long[] seen = new long[classes];
    private readonly long[] answered = new long[classes];
    private readonly long[] right = new long[classes];
    private double logLoss;
    private bool hasScores = true;

    public long Examples => seen.Sum();

    public IReadOnlyList<double?> ClassAccuracy => [.. seen.Zip(right, (all, good) => all == 0 ? (double?)null : (double)good / all)];

    /// <summary>By name; balanced accuracy and F1 over the classes that have examples, log loss only where the model scores every class.</summary>
    public IReadOnlyDictionary<string, double> Metrics()
    {
        int[] there = [.. Enumerable.Range(0, classes).Where(i => seen[i] > 0)];
        var metrics = new Dictionary<string, double>(StringComparer.Ordinal)
        {
            ["accuracy"] = Examples == 0 ? 0 : (double)right.Sum() / Examples,
            ["balanced_accuracy"] = there.Length == 0 ? 0 : there.Average(i => (double)right[i] / seen[i]),
            ["f1"] = there.Length == 0 ? 0 : there.Average(i => 2.0 * right[i] / (seen[i] + answered[i])),
        };
        if (hasScores && Examples > 0)
        {
            metrics["log_loss"] = logLoss / Examples;
        }

        return metrics;
    }

    /// <summary>Adds examples.</summary>
    /// <param name="expected">Their classes.</param>
    /// <param name="predicted">The model's answers.</param>
    /// <param name="scores">The scores of all classes, row by row; anything else where the model gives none.</param>
    public void Add(ReadOnlySpan<long> expected, ReadOnlySpan<long> predicted, ReadOnlySpan<float> scores)
    {
        hasScores &= scores.Length == expected.Length * classes;
        for (int i = 0; i < expected.Length; i++)
        {
            seen[expected[i]]++;
            right[expected[i]] += expected[i] == predicted[i] ? 1 : 0;
            // A model may know more classes than the dataset.
            if (predicted[i] >= 0 && predicted[i] < classes)
            {
                answered[predicted[i]]++;
            }

            if (hasScores)
            {
                logLoss -= LogProbability(scores.Slice(i * classes, classes), (int)expected[i]);
            }
        }
    }

    // Scores are probabilities where they add up to 1, and logits otherwise.
    private static double LogProbability(ReadOnlySpan<float> scores, int expected)
    {
        double sum = 0;
        double highest = double.NegativeInfinity;
        bool isProbability = true;
        foreach (float score in scores)
        {
            sum += score;
            highest = Math.Max(highest, score);
            isProbability &= score is >= 0 and <= 1;
        }

        if (isProbability && Math.Abs(sum - 1) < 1e-3)
        {
            return Math.Log(Math.Max(scores[expected], LeastProbability));
        }

        double exponentials = 0;
        foreach (float score in scores)
        {
            exponentials += Math.Exp(score - highest);
        }

        return Math.Max(scores[expected] - highest - Math.Log(exponentials), Math.Log(LeastProbability));
    }
}
