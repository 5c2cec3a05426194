using System.Globalization;
using Azure;
using DurableMl.Inference.Registry;
using Microsoft.Extensions.Logging;

namespace DurableMl.Inference.Routing;

/// <summary>Watches the latest requests of a canary and says once when it has to be taken back.</summary>
internal sealed class CanaryMonitor(CanaryRollback limits)
{
    private readonly Lock gate = new();
    private readonly double[] latencies = new double[limits.Window];
    private readonly bool[] failures = new bool[limits.Window];
    private int seen;
    private int failed;

    /// <summary>Whether the canary was found wanting here; it gets no further request.</summary>
    public bool IsTripped { get; private set; }

    /// <summary>Counts a request of the canary.</summary>
    /// <returns>Why it has to be taken back, the first time that it has to; otherwise null.</returns>
    public string? Record(bool failure, TimeSpan latency)
    {
        lock (gate)
        {
            int slot = seen % limits.Window;
            failed += (failure ? 1 : 0) - (seen >= limits.Window && failures[slot] ? 1 : 0);
            failures[slot] = failure;
            latencies[slot] = latency.TotalMilliseconds;
            seen++;
            if (IsTripped || seen < limits.MinRequests)
            {
                return null;
            }

            string? reason = Judge(Math.Min(seen, limits.Window));
            IsTripped = reason is not null;
            return reason;
        }
    }

    private string? Judge(int count)
    {
        if (failed > limits.MaxErrorRate * count)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{failed} of the latest {count} requests failed; {limits.MaxErrorRate:P1} may.");
        }

        if (limits.MaxLatencyMilliseconds is { } bound)
        {
            // More than 5 % above the bound is the same as a 95th percentile above it.
            int above = 0;
            for (int i = 0; i < count; i++)
            {
                above += latencies[i] > bound ? 1 : 0;
            }

            if (above > 0.05 * count)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{above} of the latest {count} requests took more than {bound} ms; 5 % may.");
            }
        }

        return null;
    }
}

/// <summary>Writes a rollback into the model's traffic rules, so that every instance follows and people see why.</summary>
internal sealed class CanaryKeeper(TrafficStore store, ILogger<CanaryKeeper> logger)
{
    private const int Attempts = 5;

    /// <summary>Takes <paramref name="canary"/> back in the background; in this process it gets no request any more already.</summary>
    public void RollBack(string model, CanaryRoute canary, string reason)
    {
        logger.LogWarning("The canary {Canary} of model {Model} is taken back: {Reason}", canary.Canary.Version, model, reason);
        _ = Task.Run(() => RollBackAsync(model, canary, reason));
    }

    private async Task RollBackAsync(string model, CanaryRoute canary, string reason)
    {
        try
        {
            for (int attempt = 0; attempt < Attempts; attempt++)
            {
                (TrafficRules rules, ETag etag) = await store.GetAsync(model, CancellationToken.None);
                if (rules.Route != canary && rules.Rules.All(rule => rule.Route != canary))
                {
                    // Another instance was first, or somebody has changed the rules.
                    return;
                }

                TrafficRules changed = rules with
                {
                    Route = Change(rules.Route, canary, reason),
                    Rules = [.. rules.Rules.Select(rule => rule with { Route = Change(rule.Route, canary, reason) })],
                };
                if (await store.TryReplaceAsync(model, changed, etag, CancellationToken.None) is not null)
                {
                    return;
                }
            }

            logger.LogError("The rollback of model {Model} could not be written: its rules kept changing", model);
        }
        catch (Exception e)
        {
            logger.LogError(e, "The rollback of model {Model} could not be written", model);
        }
    }

    private static Route Change(Route route, CanaryRoute tripped, string reason) => route == tripped ? tripped with { RolledBack = reason } : route;
}
