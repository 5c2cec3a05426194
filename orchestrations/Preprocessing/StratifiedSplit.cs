using System.Globalization;
using DurableMl.Orchestrations.Randomness;

namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>Which training examples are kept for validation: the same share of every class, chosen by a seed.</summary>
public static class StratifiedSplit
{
    /// <summary>One flag per example, true for validation. Each class gives round(count × fraction) examples, halves rounded to even.</summary>
    /// <param name="labels">The class of each example.</param>
    /// <param name="fraction">The share, 0 to 1.</param>
    /// <param name="seed">Decides which examples.</param>
    public static bool[] Choose(ReadOnlySpan<long> labels, double fraction, long seed)
    {
        var members = new SortedDictionary<long, List<int>>();
        for (int i = 0; i < labels.Length; i++)
        {
            if (!members.TryGetValue(labels[i], out List<int>? ofLabel))
            {
                members[labels[i]] = ofLabel = [];
            }

            ofLabel.Add(i);
        }

        var validation = new bool[labels.Length];
        foreach ((long label, List<int> examples) in members)
        {
            int[] order = [.. examples];
            var generator = SeededGenerator.For(seed, string.Create(CultureInfo.InvariantCulture, $"validation/{label}"));
            generator.Shuffle<int>(order);
            foreach (int example in order.AsSpan(0, (int)Math.Round(order.Length * fraction, MidpointRounding.ToEven)))
            {
                validation[example] = true;
            }
        }

        return validation;
    }
}
