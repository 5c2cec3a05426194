namespace DurableMl.Orchestrations.Evaluation;

/// <summary>Counts right answers, in all and per class.</summary>
internal sealed class ClassTally(int classes)
{
    private readonly long[] seen = new long[classes];
    private readonly long[] right = new long[classes];

    public long Examples => seen.Sum();

    public double Accuracy => Examples == 0 ? 0 : (double)right.Sum() / Examples;

    public IReadOnlyList<double?> ClassAccuracy => [.. seen.Zip(right, (all, good) => all == 0 ? (double?)null : (double)good / all)];

    public void Add(ReadOnlySpan<long> expected, ReadOnlySpan<long> predicted)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            seen[expected[i]]++;
            right[expected[i]] += expected[i] == predicted[i] ? 1 : 0;
        }
    }
}
