using System.Text.Json;
using DurableMl.Orchestrations.Pipelines;

namespace DurableMl.Orchestrations.Sweeps.Samplers;

/// <summary>Leaves out what a sampler has drawn before: trial n is the n-th different point of its sequence. For spaces that are small enough to draw the same twice.</summary>
/// <param name="inner">A sampler that does not look at results.</param>
/// <param name="space">Its space, of which <see cref="SearchSpace.IsSmall"/> is true.</param>
public sealed class DistinctSampler(ISampler inner, SearchSpace space) : ISampler
{
    // The last points of a space are long in coming by chance.
    private const int MostRepeats = 200;

    private readonly List<IReadOnlyDictionary<string, JsonElement>> drawn = [];
    private readonly HashSet<string> known = new(StringComparer.Ordinal);
    private int next;
    private IEnumerator<IReadOnlyDictionary<string, JsonElement>>? rest;

    /// <summary>What tells points apart.</summary>
    public static string KeyOf(IReadOnlyDictionary<string, JsonElement> point)
    {
        ArgumentNullException.ThrowIfNull(point);
        return JsonSerializer.Serialize(point.OrderBy(value => value.Key, StringComparer.Ordinal).Select(value => KeyValuePair.Create(value.Key, value.Value.GetRawText())));
    }

    /// <inheritdoc/>
    /// <remarks>Once all points were drawn, they come again.</remarks>
    public IReadOnlyDictionary<string, JsonElement> Sample(int trial, IReadOnlyList<SeenTrial> seen)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(trial);
        while (drawn.Count <= trial)
        {
            if (Draw() is not { } point)
            {
                return drawn[trial % drawn.Count];
            }

            drawn.Add(point);
        }

        return drawn[trial];
    }

    private IReadOnlyDictionary<string, JsonElement>? Draw()
    {
        for (int i = 0; i < MostRepeats; i++)
        {
            IReadOnlyDictionary<string, JsonElement> point = inner.Sample(next++, []);
            if (known.Add(KeyOf(point)))
            {
                return point;
            }
        }

        rest ??= space.Points().GetEnumerator();
        while (rest.MoveNext())
        {
            if (known.Add(KeyOf(rest.Current)))
            {
                return rest.Current;
            }
        }

        return null;
    }
}
