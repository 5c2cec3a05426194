using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace DurableMl.Inference.Routing;

/// <summary>Divides requests among arms by whole-number weights: exactly when dealt, the same way every time when keyed.</summary>
/// <param name="weights">At least one above 0, adding up to at most 10,000.</param>
/// <param name="salt">What keeps the choices of different experiments independent of each other.</param>
internal sealed class WeightedChoice(IReadOnlyList<int> weights, string salt)
{
    private readonly int total = weights.Sum();
    private readonly int stride = Stride(weights.Sum());
    private long dealt;

    /// <summary>0 for some percent of the requests, 1 for the others.</summary>
    public static WeightedChoice OfPercent(double percent, string salt)
    {
        int weight = (int)Math.Round(percent * 100);
        return new([weight, SplitRoute.MaxWeight - weight], salt);
    }

    /// <summary>The next arm: of each round of as many choices as the weights add up to, every arm gets exactly its weight, evenly spread.</summary>
    public int Next() => At(Interlocked.Increment(ref dealt) % total * stride % total);

    /// <summary>The arm that <paramref name="key"/> always gets, in every process.</summary>
    public int For(string key) =>
        At((long)(BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(salt + key))) % (ulong)total));

    private int At(long place)
    {
        int arm = 0;
        while (place >= weights[arm])
        {
            place -= weights[arm++];
        }

        return arm;
    }

    // By steps of about the golden ratio, which spread evenly, and without a common factor with the total, every place comes once in a round.
    private static int Stride(int total)
    {
        int stride = (int)(total * 0.618);
        while (!BigInteger.GreatestCommonDivisor(stride, total).IsOne)
        {
            stride++;
        }

        return stride;
    }
}
