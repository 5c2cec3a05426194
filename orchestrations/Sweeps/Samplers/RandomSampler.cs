using System.Collections.ObjectModel;
using System.Text.Json;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Randomness;

namespace DurableMl.Orchestrations.Sweeps.Samplers;

/// <summary>
/// Random search (Bergstra and Bengio, "Random search for hyper-parameter optimization", 2012). A value depends only on the sweep's seed,
/// the trial's number and the parameter's name, so that adding a parameter or a trial changes no other value.
/// </summary>
/// <param name="space">The parameter space.</param>
/// <param name="seed">The sweep's seed.</param>
public sealed class RandomSampler(SearchSpace space, long seed) : ISampler
{
    /// <summary>The seed of trial <paramref name="trial"/> itself, from 0 to 2^31 - 1.</summary>
    public static int SeedOf(long seed, int trial)
    {
        var generator = SeededGenerator.For(seed, FormattableString.Invariant($"trial/{trial}"));
        return (int)generator.NextBelow(int.MaxValue);
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, JsonElement> Sample(int trial, IReadOnlyList<SeenTrial> seen) => Complete(trial, ReadOnlyDictionary<string, JsonElement>.Empty);

    /// <summary>The hyperparameters of a trial of which some are given.</summary>
    /// <param name="trial">The trial's number, from 0.</param>
    /// <param name="given">Their values.</param>
    public IReadOnlyDictionary<string, JsonElement> Complete(int trial, IReadOnlyDictionary<string, JsonElement> given) => space.Point(i =>
    {
        if (given.TryGetValue(space.Dimensions[i].Name, out JsonElement value))
        {
            return value;
        }

        Dimension dimension = space.Dimensions[i];
        var generator = SeededGenerator.For(seed, FormattableString.Invariant($"trial/{trial}/{dimension.Name}"));
        return Draw(dimension, ref generator);
    });

    /// <summary>A value of a parameter, as its definition says how it is drawn.</summary>
    internal static JsonElement Draw(Dimension dimension, ref SeededGenerator generator) => dimension is { Count: { } count, Definition.Log: false }
        ? dimension.Value((long)generator.NextBelow((ulong)count))
        : dimension.At(generator.NextFraction());
}
