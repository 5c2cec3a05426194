namespace DurableMl.Inference.Routing;

/// <summary>Says what is wrong with traffic rules before they are put in force, down to targets that do not exist or that have another signature.</summary>
internal sealed class TrafficCheck(ModelRegistry registry, SessionCache sessions, Ensemble ensemble)
{
    private const int MaxProblems = 100;

    /// <summary>What is wrong with <paramref name="rules"/> for <paramref name="model"/>; nothing when they can be used.</summary>
    public async Task<IReadOnlyList<JsonProblem>> ProblemsAsync(string model, TrafficRules rules, CancellationToken cancellationToken)
    {
        List<JsonProblem> problems = [.. rules.Problems().Concat(WaysToCombine(rules)).Take(MaxProblems).Select(problem => new JsonProblem(problem.Path, problem.Reason))];
        if (problems.Count > 0)
        {
            return problems;
        }

        var known = new Dictionary<ModelTarget, ModelManifest>();
        foreach ((string path, ModelTarget? target) in rules.Targets())
        {
            if (!known.ContainsKey(target!))
            {
                (ModelManifest? manifest, string missing) = await FindAsync(model, target!, cancellationToken);
                if (manifest is null)
                {
                    problems.Add(new(path, missing));
                }
                else
                {
                    known.Add(target!, manifest);
                }
            }
        }

        if (problems.Count == 0)
        {
            await CompareAsync(rules, known, problems, cancellationToken);
        }

        return problems;
    }

    private IEnumerable<(string Path, string Reason)> WaysToCombine(TrafficRules rules) =>
        rules.Routes()
            .Where(each => each.Route is EnsembleRoute { Combine: { Length: > 0 } combine } && !ensemble.Knows(combine))
            .Select(each => ($"{each.Path}.combine", $"'{((EnsembleRoute)each.Route).Combine}' is neither mean, vote, best, first nor a registered strategy."));

    private async Task<(ModelManifest? Manifest, string Missing)> FindAsync(string model, ModelTarget target, CancellationToken cancellationToken)
    {
        string owner = target.Model ?? model;
        string? version = ModelNames.IsVersion(target.Version)
            ? target.Version
            : (await registry.GetAliasesAsync(owner, cancellationToken)).Versions.GetValueOrDefault(target.Version);
        return version is null
            ? (null, $"model '{owner}' has no alias '{target.Version}'.")
            : (await registry.FindAsync(owner, version, cancellationToken), $"model '{owner}' has no version '{version}'.");
    }

    private async Task CompareAsync(TrafficRules rules, Dictionary<ModelTarget, ModelManifest> known, List<JsonProblem> problems, CancellationToken cancellationToken)
    {
        foreach ((string path, ModelTarget target, ModelTarget reference) in rules.Alike().Take(MaxProblems))
        {
            try
            {
                Signature wanted = await SignatureAsync(known[reference], cancellationToken);
                Signature found = await SignatureAsync(known[target], cancellationToken);
                if (found.DifferenceFrom(wanted) is { } difference)
                {
                    problems.Add(new(path, $"has another signature than {Name(known[reference])}: {difference}. A caller of one could not be answered by the other."));
                }
            }
            catch (InvalidModelException e)
            {
                problems.Add(new(path, $"cannot be compared with {Name(known[reference])}: {e.Message}"));
            }
        }
    }

    private static string Name(ModelManifest manifest) => $"version {manifest.Version} of model '{manifest.Model}'";

    // Not every publication has recorded it; the model itself knows.
    private async Task<Signature> SignatureAsync(ModelManifest manifest, CancellationToken cancellationToken)
    {
        if (manifest is { Inputs.Count: > 0, Outputs.Count: > 0 })
        {
            return new(manifest.Inputs, manifest.Outputs);
        }

        using ModelLease lease = await sessions.AcquireAsync(manifest.Model, manifest.Version, cancellationToken);
        return new(lease.Model.Session.Inputs, lease.Model.Session.Outputs);
    }

    private sealed record Signature(IReadOnlyList<TensorSpec> Inputs, IReadOnlyList<TensorSpec> Outputs)
    {
        /// <summary>What a caller of <paramref name="wanted"/> would miss here; null for nothing. What is open in one of the two may fit.</summary>
        public string? DifferenceFrom(Signature wanted) =>
            Compare("input", Inputs, wanted.Inputs)
            ?? Compare("output", Outputs, wanted.Outputs)
            ?? (Inputs.FirstOrDefault(input => !IsOptional(input) && wanted.Inputs.All(other => other.Name != input.Name)) is { } more ? $"it needs an input '{more.Name}' besides" : null);

        private static string? Compare(string kind, IReadOnlyList<TensorSpec> found, IReadOnlyList<TensorSpec> wanted)
        {
            foreach (TensorSpec spec in wanted)
            {
                if (found.FirstOrDefault(other => other.Name == spec.Name) is not { } other)
                {
                    return $"it has no {kind} '{spec.Name}', but {string.Join(", ", found.Select(each => $"'{each.Name}'"))}";
                }

                if (other.Datatype != spec.Datatype || !Fits(other.Shape, spec.Shape))
                {
                    return $"{kind} '{spec.Name}' is {Text(other)} instead of {Text(spec)}";
                }
            }

            return null;
        }

        // An empty shape is a scalar's or that of a tensor of unknown rank.
        private static bool Fits(IReadOnlyList<long> one, IReadOnlyList<long> other) =>
            one.Count == 0 || other.Count == 0 || (one.Count == other.Count && one.Zip(other).All(pair => pair.First < 0 || pair.Second < 0 || pair.First == pair.Second));

        private static bool IsOptional(TensorSpec spec) => spec.Datatype.StartsWith("optional(", StringComparison.Ordinal);

        private static string Text(TensorSpec spec) => $"{spec.Datatype} [{string.Join(',', spec.Shape)}]";
    }
}
