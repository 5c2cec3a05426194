namespace DurableMl.Bench.Inference;

/// <summary>
/// Several servers measured in turn, again and again, for a second each. On a machine whose speed changes by a third from one minute to
/// the next, only what was measured within seconds of each other can be compared.
/// </summary>
internal static class Rounds
{
    /// <summary>For each side, the median of what it served in a round as a multiple of what the first side did in the same, and the middle half of them.</summary>
    public static IReadOnlyList<(double Median, double Low, double High)> Compare(IReadOnlyList<Load> sides, int connections, int rounds)
    {
        var ratios = sides.Select(_ => new List<double>()).ToList();
        for (int round = 0; round < rounds; round++)
        {
            double first = 0;
            for (int side = 0; side < sides.Count; side++)
            {
                double rate = sides[side].Closed(connections, TimeSpan.FromSeconds(1)).Rate;
                first = side == 0 ? rate : first;
                ratios[side].Add(rate / first);
            }
        }

        return ratios.ConvertAll(all =>
        {
            all.Sort();
            return (all[all.Count / 2], all[all.Count / 4], all[all.Count * 3 / 4]);
        });
    }
}
