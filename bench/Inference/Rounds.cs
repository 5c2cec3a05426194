namespace DurableMl.Bench.Inference;

/// <summary>
/// Several sides measured in turn, again and again. On a machine whose speed changes by a third from one minute to the next, only what was
/// measured within seconds of each other can be compared.
/// </summary>
internal static class Rounds
{
    /// <summary>
    /// For each side after the first, the median over the rounds of its requests a second as a multiple of the first side's in the same
    /// round, and the middle half of them.
    /// </summary>
    public static IReadOnlyList<(double Median, double Low, double High)> Compare(int rounds, Func<Measurement> first, params Func<Measurement>[] others)
    {
        List<double>[] ratios = Array.ConvertAll(others, _ => new List<double>());
        for (int round = 0; round < rounds; round++)
        {
            double rate = first().Rate;
            for (int i = 0; i < others.Length; i++)
            {
                ratios[i].Add(others[i]().Rate / rate);
            }
        }

        return Array.ConvertAll(ratios, all =>
        {
            all.Sort();
            return (all[all.Count / 2], all[all.Count / 4], all[all.Count * 3 / 4]);
        });
    }
}
