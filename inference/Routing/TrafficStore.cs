using Azure;
using DurableMl.Inference.Registry;

namespace DurableMl.Inference.Routing;

/// <summary>A model's traffic rules in its <c>traffic.json</c>.</summary>
/// <param name="registry">Where the models are.</param>
public sealed class TrafficStore(ModelRegistry registry)
{
    /// <summary>The rules and their ETag; <see cref="TrafficRules.Default"/> and the default ETag where there are none.</summary>
    /// <exception cref="InvalidModelNameException">The name is not allowed.</exception>
    public async Task<(TrafficRules Rules, ETag ETag)> GetAsync(string model, CancellationToken cancellationToken = default)
    {
        (TrafficRules? rules, ETag etag) = await ModelRegistry.ReadAsync<TrafficRules>(registry.Container.GetBlobClient(ModelBlobs.Traffic(model)), cancellationToken);
        return (rules ?? TrafficRules.Default, etag);
    }

    /// <summary>Puts rules in the place of those that have <paramref name="current"/> (default: of none).</summary>
    /// <returns>The new ETag, or null if the rules were changed meanwhile.</returns>
    public Task<ETag?> TryReplaceAsync(string model, TrafficRules rules, ETag current, CancellationToken cancellationToken = default) =>
        ModelRegistry.TryReplaceAsync(registry.Container.GetBlobClient(ModelBlobs.Traffic(model)), rules, current, cancellationToken);

    /// <summary>What is wrong with rules for <paramref name="model"/>, as JSON path and reason, down to targets that do not exist.</summary>
    internal async Task<IReadOnlyList<(string Path, string Reason)>> ValidateAsync(string model, TrafficRules rules, Ensemble ensemble, CancellationToken cancellationToken)
    {
        var problems = rules.Problems().Take(100).ToList();
        if (problems.Count > 0)
        {
            return problems;
        }

        if (rules.Route is EnsembleRoute { Combine: var combine } && !ensemble.Knows(combine))
        {
            problems.Add(("$.route.combine", $"'{combine}' is neither mean, vote, best, first nor a registered strategy."));
        }

        for (int i = 0; i < rules.Rules.Count; i++)
        {
            if (rules.Rules[i].Route is EnsembleRoute { Combine: var way } && !ensemble.Knows(way))
            {
                problems.Add(($"$.rules[{i}].route.combine", $"'{way}' is neither mean, vote, best, first nor a registered strategy."));
            }
        }

        foreach ((string path, ModelTarget? target) in rules.Targets())
        {
            string owner = target!.Model ?? model;
            string? version = ModelNames.IsVersion(target.Version)
                ? target.Version
                : (await registry.GetAliasesAsync(owner, cancellationToken)).Versions.GetValueOrDefault(target.Version);
            if (version is null)
            {
                problems.Add((path, $"model '{owner}' has no alias '{target.Version}'."));
            }
            else if (await registry.FindAsync(owner, version, cancellationToken) is null)
            {
                problems.Add((path, $"model '{owner}' has no version '{version}'."));
            }
        }

        return problems;
    }
}
