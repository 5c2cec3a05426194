using System.Text.Json;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Randomness;

namespace DurableMl.Orchestrations.Sweeps;

/// <summary>
/// Random search (Bergstra and Bengio, 2012). A value depends only on the sweep's seed, the trial's number and the parameter's name, so
/// that it is the same in every replay and adding a parameter or a trial changes no other value.
/// </summary>
public static class TrialSampler
{
    /// <summary>The hyperparameters of trial <paramref name="trial"/>.</summary>
    /// <param name="space">The parameter space.</param>
    /// <param name="seed">The sweep's seed.</param>
    /// <param name="trial">The trial's number, from 0.</param>
    public static IReadOnlyDictionary<string, JsonElement> Sample(IReadOnlyDictionary<string, ParameterDefinition> space, long seed, int trial)
    {
        ArgumentNullException.ThrowIfNull(space);
        var parameters = new SortedDictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach ((string name, ParameterDefinition definition) in space)
        {
            var generator = SeededGenerator.For(seed, FormattableString.Invariant($"trial/{trial}/{name}"));
            parameters[name] = Draw(definition, ref generator);
        }

        return parameters;
    }

    /// <summary>The seed of trial <paramref name="trial"/> itself, from 0 to 2^31 - 1.</summary>
    public static int SeedOf(long seed, int trial)
    {
        var generator = SeededGenerator.For(seed, FormattableString.Invariant($"trial/{trial}"));
        return (int)generator.NextBelow(int.MaxValue);
    }

    private static JsonElement Draw(ParameterDefinition definition, ref SeededGenerator generator) => definition.Type switch
    {
        ParameterKind.Uniform => Number(definition.Min + (generator.NextFraction() * (definition.Max - definition.Min))),
        ParameterKind.LogUniform => Number(LogUniform(definition.Min, definition.Max, generator.NextFraction())),
        ParameterKind.Int => JsonSerializer.SerializeToElement(
            (long)definition.Min + (long)generator.NextBelow((ulong)(definition.Max - definition.Min) + 1)),
        ParameterKind.Choice => definition.Values[(int)generator.NextBelow((ulong)definition.Values.Count)],
        ParameterKind.Fixed => definition.Values[0],
        _ => throw new ArgumentOutOfRangeException(nameof(definition), definition.Type, "No such parameter type."),
    };

    private static double LogUniform(double min, double max, double fraction) =>
        Math.Clamp(Math.Exp(Math.Log(min) + (fraction * (Math.Log(max) - Math.Log(min)))), min, max);

    // Six digits are plenty for a search and keep tables and file names readable.
    private static JsonElement Number(double value) =>
        JsonSerializer.SerializeToElement(double.Parse(value.ToString("G6", System.Globalization.CultureInfo.InvariantCulture), System.Globalization.CultureInfo.InvariantCulture));
}
