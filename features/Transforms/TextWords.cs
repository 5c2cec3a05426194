using System.Collections.Frozen;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using DurableMl.Features.Tables;

namespace DurableMl.Features.Transforms;

/// <summary>Words of texts: runs of letters and digits, in lower case.</summary>
internal static class TextWords
{
    // Beyond the first number the rarest words are forgotten, down to the second: memory stays bounded, and frequent words are kept.
    private const int MostWords = 200_000;
    private const int KeptWords = 100_000;

    /// <summary>The most frequent words, in ordinal order.</summary>
    /// <param name="texts">In how many texts each word came.</param>
    /// <param name="most">How many are wanted.</param>
    /// <param name="place">The column, for messages.</param>
    /// <exception cref="TableFormatException">There are none.</exception>
    public static string[] Vocabulary(Dictionary<string, long> texts, int most, string place) => texts.Count > 0
        ? [.. Frequent(texts, most).Select(word => word.Key).Order(StringComparer.Ordinal)]
        : throw new TableFormatException(place, "has no words in the training split; give it the type ignored");

    /// <summary>Counts the words of a text in their places, and scales the counts to length 1.</summary>
    /// <param name="text">The text; null is one without words.</param>
    /// <param name="counts">Receives them.</param>
    /// <param name="places">The place of each word of a vocabulary; null: its hash says.</param>
    public static void Count(string? text, Span<float> counts, FrozenDictionary<string, int>? places)
    {
        FrozenDictionary<string, int>.AlternateLookup<ReadOnlySpan<char>>? known = places?.GetAlternateLookup<ReadOnlySpan<char>>();
        string lower = text?.ToLowerInvariant() ?? "";
        foreach (Range range in In(lower))
        {
            ReadOnlySpan<char> word = lower.AsSpan(range);
            if (known is null)
            {
                counts[(int)(XxHash64.HashToUInt64(MemoryMarshal.AsBytes(word)) % (ulong)counts.Length)]++;
            }
            else if (known.Value.TryGetValue(word, out int place))
            {
                counts[place]++;
            }
        }

        double length = 0;
        foreach (float count in counts)
        {
            length += (double)count * count;
        }

        if (length > 0)
        {
            float scale = (float)(1 / Math.Sqrt(length));
            foreach (ref float count in counts)
            {
                count *= scale;
            }
        }
    }

    /// <summary>Numbers the first words of a text in their order.</summary>
    /// <param name="text">The text; null is one without words.</param>
    /// <param name="numbers">Receives them, all 0 before: 2 and its place for a word of the vocabulary, 1 for another.</param>
    /// <param name="places">The place of each word of the vocabulary.</param>
    public static void Number(string? text, Span<float> numbers, FrozenDictionary<string, int> places)
    {
        FrozenDictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> known = places.GetAlternateLookup<ReadOnlySpan<char>>();
        string lower = text?.ToLowerInvariant() ?? "";
        int next = 0;
        foreach (Range range in In(lower).Take(numbers.Length))
        {
            numbers[next++] = known.TryGetValue(lower.AsSpan(range), out int place) ? place + 2 : 1;
        }
    }

    /// <summary>Counts the texts that each word is in.</summary>
    public static void Add(Dictionary<string, long> texts, string text)
    {
        string lower = text.ToLowerInvariant();
        foreach (string word in In(lower).Select(range => lower[range]).Distinct(StringComparer.Ordinal))
        {
            texts[word] = texts.GetValueOrDefault(word) + 1;
        }

        Forget(texts);
    }

    /// <summary>Adds what was counted elsewhere.</summary>
    public static void Add(Dictionary<string, long> texts, Dictionary<string, long> others)
    {
        foreach ((string word, long times) in others)
        {
            texts[word] = texts.GetValueOrDefault(word) + times;
        }

        Forget(texts);
    }

    private static void Forget(Dictionary<string, long> texts)
    {
        if (texts.Count > MostWords)
        {
            foreach (string word in texts.Keys.Except(Frequent(texts, KeptWords).Select(word => word.Key), StringComparer.Ordinal).ToArray())
            {
                texts.Remove(word);
            }
        }
    }

    private static IEnumerable<KeyValuePair<string, long>> Frequent(Dictionary<string, long> texts, int most) =>
        texts.OrderByDescending(word => word.Value).ThenBy(word => word.Key, StringComparer.Ordinal).Take(most);

    private static IEnumerable<Range> In(string lower)
    {
        for (int start = 0; start < lower.Length;)
        {
            int end = start;
            while (end < lower.Length && char.IsLetterOrDigit(lower[end]))
            {
                end++;
            }

            if (end > start)
            {
                yield return start..end;
            }

            start = end + 1;
        }
    }
}
