namespace DurableMl.Inference.Routing;

/// <summary>Says what is wrong with traffic rules before they are put in force, down to targets that cannot be loaded or that have another signature.</summary>
internal sealed class TrafficCheck(ModelRegistry registry, SessionCache sessions)
{
    /// <summary>What is wrong with <paramref name="rules"/> for <paramref name="model"/>; nothing when they can be used.</summary>
    public async Task<IReadOnlyList<JsonProblem>> ProblemsAsync(string model, TrafficRules rules, CancellationToken cancellationToken)
    {
        List<JsonProblem> problems = [.. rules.Problems()];
        var signatures = new Dictionary<ModelTarget, Signature>();
        foreach (RouteTarget each in problems.Count > 0 ? [] : rules.Targets())
        {
            try
            {
                Signature found = await SignatureAsync(each.Target);
                if (each.Like is { } like && await SignatureAsync(like) is var wanted && found.DifferenceFrom(wanted) is { } difference)
                {
                    problems.Add(new(each.Path, $"has another signature than {wanted.Name}: {difference}. A caller of one could not be answered by the other."));
                }
            }
            catch (Exception e) when (e is ModelNotFoundException or InvalidModelException)
            {
                problems.Add(new(each.Path, e.Message));
            }
        }

        return problems;

        async Task<Signature> SignatureAsync(ModelTarget target)
        {
            if (!signatures.TryGetValue(target, out Signature? signature))
            {
                string owner = target.Model ?? model;
                string version = await registry.ResolveAsync(owner, target.Version, cancellationToken);
                using ModelLease lease = await sessions.AcquireAsync(owner, version, cancellationToken);
                signatures[target] = signature = new($"version {version} of model '{owner}'", lease.Model.Session.Inputs, lease.Model.Session.Outputs);
            }

            return signature;
        }
    }

    private sealed record Signature(string Name, IReadOnlyList<TensorSpec> Inputs, IReadOnlyList<TensorSpec> Outputs)
    {
        /// <summary>What a caller of <paramref name="wanted"/> would miss here; null for nothing. What is open in one of the two may fit.</summary>
        public string? DifferenceFrom(Signature wanted) =>
            Compare("input", Inputs, wanted.Inputs)
            ?? Compare("output", Outputs, wanted.Outputs)
            ?? (Inputs.FirstOrDefault(input => wanted.Inputs.All(other => other.Name != input.Name)) is { } more ? $"it needs an input '{more.Name}' besides" : null);

        private static string? Compare(string kind, IReadOnlyList<TensorSpec> found, IReadOnlyList<TensorSpec> wanted)
        {
            foreach (TensorSpec spec in wanted)
            {
                if (found.FirstOrDefault(other => other.Name == spec.Name) is not { } other)
                {
                    return $"it has no {kind} '{spec.Name}', but {string.Join(", ", found.Select(each => $"'{each.Name}'"))}";
                }

                if (other.Datatype != spec.Datatype || !(spec.Shape.Count == 0 || other.Accepts([.. spec.Shape])))
                {
                    return $"{kind} '{spec.Name}' is {Text(other)} instead of {Text(spec)}";
                }
            }

            return null;
        }

        private static string Text(TensorSpec spec) => $"{spec.Datatype} {TensorShape.Text(spec.Shape)}";
    }
}
