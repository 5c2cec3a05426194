using Microsoft.AspNetCore.Http;

namespace DurableMl.Inference.Routing;

/// <summary>Traffic rules in force, with what they count: how far a split has been dealt, how a canary does.</summary>
internal sealed class TrafficPlan
{
    private readonly HashSet<string> ownVersions;
    private readonly Dictionary<Route, WeightedChoice> choices = new(ReferenceEqualityComparer.Instance);

    public TrafficPlan(string model, TrafficRules rules)
    {
        Rules = rules;
        ownVersions = [.. rules.Targets().Where(each => each.Target.Model is null || each.Target.Model == model).Select(each => each.Target.Version)];
        Add(rules.Route, model);
        foreach (TrafficRule rule in rules.Rules)
        {
            Add(rule.Route, model + "/" + rule.Name);
        }

        ShadowChoices = [.. rules.Shadows.Select((shadow, i) => WeightedChoice.OfPercent(shadow.Percent, $"{model}/shadow/{i}"))];
    }

    public TrafficRules Rules { get; }

    /// <summary>Of each shadow: 0 to copy, 1 not to.</summary>
    public IReadOnlyList<WeightedChoice> ShadowChoices { get; }

    /// <summary>What watches the canaries, by their routes.</summary>
    public Dictionary<CanaryRoute, CanaryMonitor> Canaries { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>Whether a route or shadow leads to this version or alias of the model itself.</summary>
    public bool Uses(string versionOrAlias) => ownVersions.Contains(versionOrAlias);

    /// <summary>The route of a request, and the prefix of its name.</summary>
    public (Route Route, string Prefix) Choose(InferRequest request, IHeaderDictionary headers)
    {
        foreach (TrafficRule rule in Rules.Rules)
        {
            if (Value(rule.When.Header, rule.When.Parameter, request, headers) is { } value && (rule.When.In is null || rule.When.In.Contains(value)))
            {
                return (rule.Route, rule.Name + ":");
            }
        }

        return (Rules.Route, "");
    }

    /// <summary>The arm of a route with weights.</summary>
    public int Arm(Route route, TrafficKey? key, InferRequest request, IHeaderDictionary headers) =>
        key is not null && Value(key.Header, key.Parameter, request, headers) is { } value ? choices[route].For(value) : choices[route].Next();

    private static string? Value(string? header, string? parameter, InferRequest request, IHeaderDictionary headers) =>
        header is not null
            ? (headers.TryGetValue(header, out var values) && values.Count > 0 ? values[0] : null)
            : parameter is not null ? request.Parameters?.GetValueOrDefault(parameter) : null;

    private void Add(Route route, string salt)
    {
        switch (route)
        {
            case SplitRoute split:
                choices[route] = new([.. split.Arms.Select(arm => arm.Weight)], salt);
                break;
            case CanaryRoute canary:
                choices[route] = WeightedChoice.OfPercent(canary.RolledBack is null ? canary.Percent : 0, salt);
                Canaries[canary] = new(canary.Rollback);
                break;
        }
    }
}
