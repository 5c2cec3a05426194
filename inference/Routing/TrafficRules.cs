using Azure;
using DurableMl.Inference.Registry;

namespace DurableMl.Inference.Routing;

/// <summary>A model's <c>traffic.json</c>: what happens to requests that name no version. The first rule that applies decides, otherwise <see cref="Route"/>.</summary>
public sealed record TrafficRules
{
    /// <summary>What holds while a model has no rules of its own: the champion answers.</summary>
    public static TrafficRules Default { get; } = new();

    /// <summary>Rules for some requests, at most 64.</summary>
    public IReadOnlyList<TrafficRule> Rules { get; init; } = [];

    /// <summary>The route of all others.</summary>
    public Route Route { get; init; } = new VersionRoute(new());

    /// <summary>Versions that get copies, at most 4.</summary>
    public IReadOnlyList<ShadowTarget> Shadows { get; init; } = [];

    /// <summary>Every route, with its JSON path.</summary>
    internal IEnumerable<(string Path, Route Route)> Routes() =>
        Rules.Select((rule, i) => (Path: $"$.rules[{i}].route", rule.Route)).Append((Path: "$.route", Route));

    /// <summary>Every target, with its JSON path.</summary>
    internal IEnumerable<(string Path, ModelTarget? Target)> Targets() =>
        Routes().SelectMany(each => each.Route.Targets().Select(target => (each.Path + target.Path, target.Target)))
            .Concat(Shadows.Select((shadow, i) => ($"$.shadows[{i}].target", (ModelTarget?)shadow?.Target)));

    /// <summary>Targets that must take and give what others do; a shadow gets what the route's first target gets, unless that is a chain's.</summary>
    internal IEnumerable<(string Path, ModelTarget Target, ModelTarget Reference)> Alike() =>
        Routes().SelectMany(each => each.Route.Alike().Select(alike => (each.Path + alike.Path, alike.Target, alike.Reference)))
            .Concat(Route is ChainRoute ? [] : Shadows.Select((shadow, i) => ($"$.shadows[{i}].target", shadow.Target, Route.Targets().First().Target!)));

    /// <summary>What is wrong, as JSON path and reason; nothing when the rules can be used. Whether the targets exist is not looked at.</summary>
    internal IEnumerable<(string Path, string Reason)> Problems()
    {
        if (Rules.Count > 64)
        {
            yield return ("$.rules", "has more than 64 rules.");
        }

        for (int i = 0; i < Rules.Count; i++)
        {
            if (Rules[i] is not { When: not null, Route: not null } rule)
            {
                yield return ($"$.rules[{i}]", "needs name, when and route.");
                yield break;
            }

            if (!ModelNames.IsAlias(rule.Name))
            {
                yield return ($"$.rules[{i}].name", "must be 1 to 32 lower-case letters, digits or '-', beginning with a letter.");
            }

            if ((rule.When.Header is null) == (rule.When.Parameter is null))
            {
                yield return ($"$.rules[{i}].when", "needs either header or parameter.");
            }

            foreach ((string path, string reason) in rule.Route.Problems())
            {
                yield return ($"$.rules[{i}].route{path}", reason);
            }
        }

        foreach ((string path, string reason) in Route.Problems())
        {
            yield return ("$.route" + path, reason);
        }

        if (Shadows.Count > 4)
        {
            yield return ("$.shadows", "has more than 4 shadows.");
        }

        for (int i = 0; i < Shadows.Count; i++)
        {
            if (Shadows[i] is null || !(Shadows[i].Percent is >= 0 and <= 100) || !(Shadows[i].Tolerance >= 0))
            {
                yield return ($"$.shadows[{i}]", "needs percent 0 to 100 and tolerance at least 0.");
            }
        }

        foreach ((string path, ModelTarget? target) in Targets())
        {
            if (target is null)
            {
                yield return (path, "is missing.");
            }
            else if (!ModelNames.IsVersion(target.Version) && !ModelNames.IsAlias(target.Version))
            {
                yield return (path + ".version", "is neither a version nor an alias.");
            }
            else if (target.Model is not null && !ModelNames.IsModel(target.Model))
            {
                yield return (path + ".model", "is not a model's name.");
            }
        }
    }
}

/// <summary>A route for the requests that meet a condition.</summary>
/// <param name="Name">Its name, which responses give: 1 to 32 lower-case letters, digits or '-'.</param>
/// <param name="When">The condition.</param>
/// <param name="Route">The route.</param>
public sealed record TrafficRule(string Name, TrafficCondition When, Route Route);

/// <summary>What a request must carry for a rule to apply: one header or parameter, with one of some values.</summary>
/// <param name="In">The values; null for any value.</param>
/// <param name="Header">A request header's name.</param>
/// <param name="Parameter">Or the name of one of the request's <c>parameters</c>.</param>
public sealed record TrafficCondition(IReadOnlyList<string>? In = null, string? Header = null, string? Parameter = null);

/// <summary>What identifies the caller, so that the same one always gets the same arm.</summary>
/// <param name="Header">A request header's name.</param>
/// <param name="Parameter">Or the name of one of the request's <c>parameters</c>.</param>
public sealed record TrafficKey(string? Header = null, string? Parameter = null);

/// <summary>A version that gets copies of requests. Its answers are compared and counted, never given.</summary>
/// <param name="Target">The version.</param>
/// <param name="Percent">The share of requests to copy: 0 to 100.</param>
/// <param name="Tolerance">Absolute difference up to which floating-point outputs agree.</param>
public sealed record ShadowTarget(ModelTarget Target, double Percent = 100, double Tolerance = 1e-4);

/// <summary>A version that a route leads to.</summary>
/// <param name="Version">A version or an alias.</param>
/// <param name="Model">The model; null for the one whose traffic this is.</param>
public sealed record ModelTarget(string Version = Registry.ModelAliases.Champion, string? Model = null);

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
}
