using System.Globalization;
using Microsoft.Extensions.Logging;

namespace DurableMl.Inference.Routing;

/// <summary>Watches the latest requests of a canary and says once when it has to be taken back.</summary>
internal sealed class CanaryMonitor(CanaryRollback limits)
{
    private readonly Lock gate = new();
    private readonly Queue<(bool Failed, double Milliseconds)> latest = new();

    /// <summary>Whether the canary was found wanting here; it gets no further request.</summary>
    public bool IsTripped { get; private set; }

    /// <summary>Counts a request of the canary.</summary>
    /// <returns>Why it has to be taken back, the first time that it has to; otherwise null.</returns>
    public string? Record(bool failure, TimeSpan latency)
    {
        lock (gate)
        {
            latest.Enqueue((failure, latency.TotalMilliseconds));
            if (latest.Count > limits.Window)
            {
                latest.Dequeue();
            }

            string? reason = IsTripped || latest.Count < limits.MinRequests ? null : Judge();
            IsTripped |= reason is not null;
            return reason;
        }
    }

    private string? Judge()
    {
        int failed = latest.Count(request => request.Failed);

        // More than 5 % above the bound is the same as a 95th percentile above it.
        int slow = limits.MaxLatencyMilliseconds is { } bound ? latest.Count(request => request.Milliseconds > bound) : 0;
        return failed > limits.MaxErrorRate * latest.Count
            ? string.Create(CultureInfo.InvariantCulture, $"{failed} of the latest {latest.Count} requests failed; {limits.MaxErrorRate:P1} may.")
            : slow > 0.05 * latest.Count
                ? string.Create(CultureInfo.InvariantCulture, $"{slow} of the latest {latest.Count} requests took more than {limits.MaxLatencyMilliseconds} ms; 5 % may.")
                : null;
    }
}

/// <summary>Writes a rollback into the model's traffic rules, so that every instance follows and people see why.</summary>
internal sealed class CanaryKeeper(ModelRegistry registry, ILogger<CanaryKeeper> logger)
{
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
            await registry.Documents.UpdateAsync<TrafficRules>(ModelBlobs.Traffic(model), rules => Change(rules ?? TrafficRules.Default), CancellationToken.None);
        }
        catch (Exception e)
        {
            logger.LogError(e, "The rollback of model {Model} could not be written", model);
        }

        // Where another instance was first, or somebody has changed the rules, nothing changes.
        TrafficRules Change(TrafficRules rules) => rules with
        {
            Route = Taken(rules.Route),
            Rules = [.. rules.Rules.Select(rule => rule with { Route = Taken(rule.Route) })],
        };

        Route Taken(Route route) => route == canary ? canary with { RolledBack = reason } : route;
    }
}
