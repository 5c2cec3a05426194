using System.Text.Json;
using DurableMl.Orchestrations.Pipelines;

namespace DurableMl.Orchestrations.Sweeps.Samplers;

/// <summary>
/// Chooses what the next trial tries. What it chooses depends on nothing but the sweep's seed, the trial's number and the trials so far in
/// the order in which they are given, so that a replayed orchestration comes to the same.
/// </summary>
public interface ISampler
{
    /// <summary>The hyperparameters of trial <paramref name="trial"/>.</summary>
    /// <param name="trial">The trial's number, from 0.</param>
    /// <param name="seen">The trials begun so far: those that have ended in the order in which they did, then those under way.</param>
    IReadOnlyDictionary<string, JsonElement> Sample(int trial, IReadOnlyList<SeenTrial> seen);
}

/// <summary>A trial as a sampler sees it.</summary>
/// <param name="Parameters">Its hyperparameters.</param>
/// <param name="Objective">What it came to; null while it is under way, and for one that failed.</param>
public sealed record SeenTrial(IReadOnlyDictionary<string, JsonElement> Parameters, double? Objective)
{
    /// <summary>What it came to in the second objective; null likewise, and where the sweep has one.</summary>
    public double? Second { get; init; }
}

/// <summary>The samplers of pipelines.</summary>
public static class SamplerFactory
{
    /// <summary>The sampler of a sweep.</summary>
    /// <exception cref="ArgumentException">The sampler does not suit the space. <see cref="PipelineReader"/> refuses such a sweep.</exception>
    public static ISampler CreateSampler(this SweepDefinition sweep)
    {
        ArgumentNullException.ThrowIfNull(sweep);
        var space = new SearchSpace(sweep.Parameters);
        bool distinct = !sweep.Repeats && space.IsSmall;
        return sweep.Sampler.Type switch
        {
            SamplerKind.Grid => new GridSampler(space, sweep.Seed),
            SamplerKind.Sobol => distinct ? new DistinctSampler(new SobolSampler(space, sweep.Seed), space) : new SobolSampler(space, sweep.Seed),
            SamplerKind.Tpe => new TpeSampler(space, sweep.Objective.Goal, sweep.Seed, sweep.Sampler.StartupTrials) { Second = sweep.Second?.Goal, IsDistinct = distinct },
            _ => distinct ? new DistinctSampler(new RandomSampler(space, sweep.Seed), space) : new RandomSampler(space, sweep.Seed),
        };
    }
}
