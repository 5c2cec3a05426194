namespace DurableMl.Orchestrations.Evaluation;

/// <summary>Counts right answers of a classifier, in all and per class, and how sure it was of them.</summary>
internal sealed class ClassTally(int classes, bool withRanks = true)
{
    private const double LeastProbability = 1e-15;

    private readonly long[] seen = new long[classes];
    private readonly long[] answered = new long[classes];
    private readonly long[] right = new long[classes];
    private readonly RankTally? ranks = withRanks ? new(classes) : null;
    private double logLoss;
    private bool hasScores = true;

    public long Examples => seen.Sum();

    public IReadOnlyList<double?> ClassAccuracy => [.. seen.Zip(right, (all, good) => all == 0 ? (double?)null : (double)good / all)];

    /// <summary>
    /// By name; balanced accuracy and F1 over the classes that have examples, log loss and AUC only where the model scores every class, and
    /// AUC only where two classes have examples.
    /// </summary>
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
            if (ranks?.Auc() is { } auc)
            {
                metrics["auc"] = auc;
            }
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
                ReadOnlySpan<float> row = scores.Slice(i * classes, classes);
                double logarithmOfSum = LogarithmOfSum(row);
                logLoss -= Math.Max(LogProbability(row[(int)expected[i]], logarithmOfSum), Math.Log(LeastProbability));
                for (int each = 0; ranks is not null && each < classes; each++)
                {
                    ranks.Add(each, LogProbability(row[each], logarithmOfSum), each == expected[i]);
                }
            }
        }
    }

    // Scores are probabilities where they add up to 1, and logits otherwise. NaN: probabilities, which need no dividing by their sum.
    private static double LogarithmOfSum(ReadOnlySpan<float> scores)
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
            return double.NaN;
        }

        double exponentials = 0;
        foreach (float score in scores)
        {
            exponentials += Math.Exp(score - highest);
        }

        return highest + Math.Log(exponentials);
    }

    private static double LogProbability(float score, double logarithmOfSum) =>
        double.IsNaN(logarithmOfSum) ? Math.Log(Math.Max(score, LeastProbability)) : score - logarithmOfSum;
}

/// <summary>
/// Ranks examples by how sure a model was of a class: the area under the ROC curve, of two classes that of the second, of more the mean over
/// the classes, each against the rest. Counts in a fixed number of steps of the log odds, so memory does not grow with the examples; equals
/// within a step count half, which is exact but for examples closer than that.
/// </summary>
internal sealed class RankTally(int classes)
{
    private const double MostOdds = 36;
    private const int Counters = 1 << 20;

    private readonly int steps = Math.Clamp(Counters / Math.Max(classes, 1), 1024, 1 << 16);
    private readonly (long[] In, long[] Out)?[] counts = new (long[], long[])?[classes];

    public void Add(int label, double logProbability, bool isIn)
    {
        // log(p / (1 - p)), which tells apart what is close to 0 or to 1 as well as what is between.
        double odds = logProbability - Math.Log(Math.Max(1 - Math.Exp(logProbability), Math.Exp(-MostOdds)));
        double place = (Math.Clamp(double.IsNaN(odds) ? -MostOdds : odds, -MostOdds, MostOdds) + MostOdds) / (2 * MostOdds);
        (long[] within, long[] outside) = counts[label] ??= (new long[steps], new long[steps]);
        (isIn ? within : outside)[(int)Math.Min(place * steps, steps - 1)]++;
    }

    /// <summary>Null where fewer than two classes have examples.</summary>
    public double? Auc()
    {
        double[] areas = [.. Enumerable.Range(classes == 2 ? 1 : 0, classes == 2 ? 1 : classes).Select(Area).OfType<double>()];
        return areas.Length == 0 ? null : areas.Average();
    }

    private double? Area(int label)
    {
        if (counts[label] is not { } count)
        {
            return null;
        }

        double below = 0;
        double pairs = 0;
        for (int step = 0; step < steps; step++)
        {
            pairs += count.In[step] * (below + (count.Out[step] / 2.0));
            below += count.Out[step];
        }

        long within = count.In.Sum();
        return within == 0 || below == 0 ? null : pairs / (within * below);
    }
}
