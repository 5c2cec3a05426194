using System.Text.Json;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Randomness;

namespace DurableMl.Orchestrations.Sweeps.Samplers;

/// <summary>Every point of a space of countable parameters once, in an order that the seed decides: a sweep of fewer trials is spread over the grid.</summary>
public sealed class GridSampler : ISampler
{
    private readonly IReadOnlyDictionary<string, JsonElement>[] points;

    /// <summary>The grid of a space.</summary>
    /// <param name="space">A space without real numbers, of at most <see cref="SamplerDefinition.MostGridPoints"/> points.</param>
    /// <param name="seed">The sweep's seed.</param>
    /// <exception cref="ArgumentException">A parameter is a real number, or there are too many points.</exception>
    public GridSampler(SearchSpace space, long seed)
    {
        ArgumentNullException.ThrowIfNull(space);
        if (space.Dimensions.FirstOrDefault(dimension => dimension.Count is null) is { } real)
        {
            throw new ArgumentException($"{real.Name} is a real number; a grid needs countable parameters.", nameof(space));
        }

        points = [.. space.Points().Take(SamplerDefinition.MostGridPoints + 1)];
        if (points.Length > SamplerDefinition.MostGridPoints)
        {
            throw new ArgumentException($"The grid has more than {SamplerDefinition.MostGridPoints} points.", nameof(space));
        }

        SeededGenerator.For(seed, "grid").Shuffle<IReadOnlyDictionary<string, JsonElement>>(points);
    }

    /// <summary>How many points there are.</summary>
    public int Count => points.Length;

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The grid has fewer points.</exception>
    public IReadOnlyDictionary<string, JsonElement> Sample(int trial, IReadOnlyList<SeenTrial> seen)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(trial, points.Length);
        return points[trial];
    }
}
