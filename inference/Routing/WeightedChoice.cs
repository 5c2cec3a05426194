using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace DurableMl.Inference.Routing;

/// <summary>Divides requests among arms by whole-number weights: exactly when dealt, the same way every time when keyed.</summary>
internal sealed class WeightedChoice
{
    private readonly int[] weights;
    private readonly byte[] deal;
    private readonly byte[] salt;
    private long dealt = -1;

    /// <param name="weights">At least one above 0, at most 64 arms, adding up to at most 10,000.</param>
    /// <param name="salt">What keeps the choices of different experiments independent of each other.</param>
    public WeightedChoice(IReadOnlyList<int> weights, string salt)
    {
        this.weights = [.. weights];
        this.salt = Encoding.UTF8.GetBytes(salt);
        deal = Deal(this.weights);
    }

    /// <summary>The next arm: of each round of as many choices as the weights add up to, every arm gets exactly its weight, evenly spread.</summary>
    public int Next() => deal[(Interlocked.Increment(ref dealt) & long.MaxValue) % deal.Length];

    /// <summary>The arm that <paramref name="key"/> always gets, in every process.</summary>
    public int For(string key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        byte[] salted = new byte[salt.Length + Encoding.UTF8.GetByteCount(key)];
        salt.CopyTo(salted, 0);
        Encoding.UTF8.GetBytes(key, salted.AsSpan(salt.Length));
        SHA256.HashData(salted, hash);
        long place = (long)(BinaryPrimitives.ReadUInt64LittleEndian(hash) % (ulong)deal.Length);
        for (int arm = 0; arm < weights.Length; arm++)
        {
            place -= weights[arm];
            if (place < 0)
            {
                return arm;
            }
        }

        throw new InvalidOperationException("The weights do not add up.");
    }

    // Smooth weighted round-robin: each arm gains its weight per choice, the richest is chosen and pays the total.
    private static byte[] Deal(int[] weights)
    {
        int total = weights.Sum();
        var order = new byte[total];
        var wealth = new int[weights.Length];
        for (int i = 0; i < order.Length; i++)
        {
            int richest = 0;
            for (int arm = 0; arm < weights.Length; arm++)
            {
                wealth[arm] += weights[arm];
                richest = wealth[arm] > wealth[richest] ? arm : richest;
            }

            wealth[richest] -= total;
            order[i] = (byte)richest;
        }

        return order;
    }
}
