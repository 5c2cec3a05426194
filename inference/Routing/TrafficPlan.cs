using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using DurableMl.Inference.Protocol;
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
        ownVersions = [.. rules.Targets().Where(t => t.Target is not null && (t.Target.Model is null || t.Target.Model == model)).Select(t => t.Target!.Version)];
        AddChoice(rules.Route, model);
        foreach (TrafficRule rule in rules.Rules)
        {
            AddChoice(rule.Route, model + "/" + rule.Name);
        }

        ShadowChoices = [.. rules.Shadows.Select((shadow, i) => Percentage(shadow.Percent, $"{model}/shadow/{i}"))];
    }

    public TrafficRules Rules { get; }

    /// <summary>Of each shadow: 0 to copy, 1 not to.</summary>
    public IReadOnlyList<WeightedChoice> ShadowChoices { get; }

    /// <summary>What watches the canaries, by their routes.</summary>
    public Dictionary<CanaryRoute, CanaryMonitor> Canaries { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>Whether a route or shadow leads to this version or alias of the model itself.</summary>
    public bool Uses(string versionOrAlias) => ownVersions.Contains(versionOrAlias);

    /// <summary>The route of a request, and the prefix of its name.</summary>
    public (Route Route, string Name) Choose(InferRequest request, IHeaderDictionary headers)
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

    private static string? Value(string? header, string? parameter, InferRequest request, IHeaderDictionary headers)
    {
        if (header is not null)
        {
            return headers.TryGetValue(header, out var values) && values.Count > 0 ? values[0] : null;
        }

        return parameter is not null && request.Parameters is { } parameters ? parameters.GetValueOrDefault(parameter) : null;
    }

    private static WeightedChoice Percentage(double percent, string salt)
    {
        int weight = (int)Math.Round(percent * 100);
        return new([weight, SplitRoute.MaxWeight - weight], salt);
    }

    private void AddChoice(Route route, string salt)
    {
        switch (route)
        {
            case SplitRoute split:
                choices[route] = new([.. split.Arms.Select(arm => arm.Weight)], salt);
                break;
            case CanaryRoute canary:
                choices[route] = Percentage(canary.RolledBack is null ? canary.Percent : 0, salt);
                Canaries[canary] = new(canary.Rollback);
                break;
        }
    }
}

/// <summary>Divides requests among arms by whole-number weights: exactly when dealt, the same way every time when keyed.</summary>
internal sealed class WeightedChoice
{
    private readonly int[] weights;
    private readonly byte[] deal;
    private readonly byte[] salt;
    private long dealt = -1;

    /// <param name="weights">At least one above 0, at most 64 arms, adding up to at most 10,000.</param>
    /// <param name="salt">What keeps the choices of different experiments independent of each other.</param>
    public WeightedChoice(IReadOnlyList<int> weights, string salt)
    {
        this.weights = [.. weights];
        this.salt = Encoding.UTF8.GetBytes(salt);
        deal = Deal(this.weights);
    }

    /// <summary>The next arm: of each round of as many choices as the weights add up to, every arm gets exactly its weight, evenly spread.</summary>
    public int Next() => deal[(Interlocked.Increment(ref dealt) & long.MaxValue) % deal.Length];

    /// <summary>The arm that <paramref name="key"/> always gets, in every process.</summary>
    public int For(string key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        byte[] salted = new byte[salt.Length + Encoding.UTF8.GetByteCount(key)];
        salt.CopyTo(salted, 0);
        Encoding.UTF8.GetBytes(key, salted.AsSpan(salt.Length));
        SHA256.HashData(salted, hash);
        long place = (long)(BinaryPrimitives.ReadUInt64LittleEndian(hash) % (ulong)deal.Length);
        for (int arm = 0; arm < weights.Length; arm++)
        {
            place -= weights[arm];
            if (place < 0)
            {
                return arm;
            }
        }

        throw new InvalidOperationException("The weights do not add up.");
    }

    // Smooth weighted round-robin: each arm gains its weight per choice, the richest is chosen and pays the total.
    private static byte[] Deal(int[] weights)
    {
        int total = weights.Sum();
        var order = new byte[total];
        var wealth = new int[weights.Length];
        for (int i = 0; i < order.Length; i++)
        {
            int richest = 0;
            for (int arm = 0; arm < weights.Length; arm++)
            {
                wealth[arm] += weights[arm];
                richest = wealth[arm] > wealth[richest] ? arm : richest;
            }

            wealth[richest] -= total;
            order[i] = (byte)richest;
        }

        return order;
    }
}
