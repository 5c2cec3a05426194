using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace DurableMl.Orchestrations.Randomness;

/// <summary>
/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014): a seed gives the same sequence on every
/// machine and every version of .NET, which <see cref="Random"/> does not promise.
/// </summary>
/// <param name="seed">Where the sequence starts.</param>
public struct SeededGenerator(ulong seed)
{
    private ulong state = seed;

    /// <summary>A generator for one named purpose: different names give unrelated sequences.</summary>
    /// <param name="seed">The user's seed.</param>
    /// <param name="purpose">What the sequence is for, such as <c>validation/3</c>.</param>
    public static SeededGenerator For(long seed, string purpose)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{seed}/{purpose}")));
        return new SeededGenerator(BinaryPrimitives.ReadUInt64LittleEndian(hash));
    }

    /// <summary>The next 64 random bits.</summary>
    public ulong NextBits()
    {
        state += 0x9E3779B97F4A7C15;
        ulong z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A number in [0, 1) with 53 random bits.</summary>
    public double NextFraction() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>An integer in [0, <paramref name="bound"/>), by multiplication (Lemire, 2019), without bias.</summary>
    /// <param name="bound">Above 0.</param>
    public ulong NextBelow(ulong bound)
    {
        ArgumentOutOfRangeException.ThrowIfZero(bound);
        ulong high = Math.BigMul(NextBits(), bound, out ulong low);
        ulong threshold = (0 - bound) % bound;
        while (low < threshold)
        {
            high = Math.BigMul(NextBits(), bound, out low);
        }

        return high;
    }

    /// <summary>Puts <paramref name="items"/> into random order (Fisher and Yates).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            var j = (int)NextBelow((ulong)i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }
}
