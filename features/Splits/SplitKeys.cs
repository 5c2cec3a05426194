using System.Runtime.InteropServices;
using DurableMl.Features.Tables;

namespace DurableMl.Features.Splits;

/// <summary>The keys of many rows by class. Those of parts are added up in any order, and give the bounds of the splits.</summary>
public sealed class SplitKeys
{
    private const int MaxClasses = 100_000;
    private const int MaxRows = 200_000_000;

    private readonly SortedDictionary<string, List<ulong>> keys = new(StringComparer.Ordinal);
    private int rows;

    /// <summary>Adds one row.</summary>
    /// <exception cref="TableFormatException">There are too many rows or classes.</exception>
    public void Add(string @class, ulong key)
    {
        if (!keys.TryGetValue(@class, out List<ulong>? of))
        {
            keys.Add(@class, of = []);
            if (keys.Count > MaxClasses)
            {
                throw new TableFormatException("the target", $"has more than {MaxClasses} classes; split by fraction");
            }
        }

        of.Add(key);
        if (++rows > MaxRows)
        {
            throw new TableFormatException("the table", $"has more than {MaxRows} rows, too many for this split; split by fraction");
        }
    }

    /// <summary>The bounds that give each class its shares.</summary>
    /// <param name="rule">The shares.</param>
    /// <returns>The bounds by class. Rows with equal keys stay together, so that shares are met as nearly as that allows.</returns>
    public IReadOnlyDictionary<string, SplitBounds> Bounds(SplitRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        var bounds = new Dictionary<string, SplitBounds>(StringComparer.Ordinal);
        foreach ((string @class, List<ulong> of) in keys)
        {
            of.Sort();
            int test = Rounded(of.Count * rule.Test);
            int both = Math.Max(test, Rounded(of.Count * (rule.Test + rule.Validation)));
            bounds.Add(@class, new SplitBounds(At(of, test), At(of, both)));
        }

        return bounds;

        static int Rounded(double count) => (int)Math.Round(count, MidpointRounding.AwayFromZero);

        static ulong? At(List<ulong> sorted, int count) => count == 0 ? null : sorted[count - 1];
    }

    /// <summary>Writes the keys.</summary>
    public void Write(Stream stream)
    {
        using var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        writer.Write(keys.Count);
        foreach ((string @class, List<ulong> of) in keys)
        {
            writer.Write(@class);
            writer.Write(of.Count);
            writer.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(of)));
        }
    }

    /// <summary>Adds what <see cref="Write"/> wrote.</summary>
    /// <exception cref="TableFormatException">There are too many rows or classes.</exception>
    public void Read(Stream stream)
    {
        using var reader = new BinaryReader(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        for (int classes = reader.ReadInt32(); classes > 0; classes--)
        {
            string @class = reader.ReadString();
            for (int count = reader.ReadInt32(); count > 0; count--)
            {
                Add(@class, reader.ReadUInt64());
            }
        }
    }
}
