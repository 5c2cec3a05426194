using Azure;
using DurableMl.Inference.Registry;
using Microsoft.Extensions.Logging;

namespace DurableMl.Inference.Routing;

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
