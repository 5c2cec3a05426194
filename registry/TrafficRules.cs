namespace DurableMl.Registry;

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

    /// <summary>Every target, with its JSON path; a shadow gets what the route's first target gets, unless that is a chain's.</summary>
    internal IEnumerable<RouteTarget> Targets() =>
        Routes().SelectMany(each => each.Route.Targets.Select(target => target with { Path = each.Path + target.Path }))
            .Concat(Shadows.Select((shadow, i) => new RouteTarget($"$.shadows[{i}].target", shadow.Target, Route is ChainRoute ? null : Route.Targets.First().Target)));

    /// <summary>What is wrong; nothing when the rules can be used. Whether the targets exist is not looked at.</summary>
    internal IEnumerable<JsonProblem> Problems() =>
        Requirements().Where(requirement => !requirement.Holds).Select(broken => new JsonProblem(broken.Path, broken.Reason));

    private IEnumerable<Requirement> Requirements() =>
    [
        new(Rules.Count <= 64, "$.rules", "has more than 64 rules."),
        .. Rules.SelectMany((rule, i) => new Requirement[]
        {
            new(ModelNames.IsAlias(rule.Name), $"$.rules[{i}].name", "must be 1 to 32 lower-case letters, digits or '-', beginning with a letter."),
            new((rule.When.Header is null) != (rule.When.Parameter is null), $"$.rules[{i}].when", "needs either header or parameter."),
        }),
        .. Routes().SelectMany(each => each.Route.Requirements.Select(requirement => requirement with { Path = each.Path + requirement.Path })),
        new(Shadows.Count <= 4, "$.shadows", "has more than 4 shadows."),
        .. Shadows.Select((shadow, i) =>
            new Requirement(shadow is { Percent: >= 0 and <= 100, Tolerance: >= 0 }, $"$.shadows[{i}]", "needs percent 0 to 100 and tolerance at least 0.")),
        .. Targets().SelectMany(each => new Requirement[]
        {
            new(ModelNames.IsVersion(each.Target.Version) || ModelNames.IsAlias(each.Target.Version), each.Path + ".version", "is neither a version nor an alias."),
            new(each.Target.Model is null || ModelNames.IsModel(each.Target.Model), each.Path + ".model", "is not a model's name."),
        }),
    ];
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
public sealed record ModelTarget(string Version = ModelAliases.Champion, string? Model = null);
