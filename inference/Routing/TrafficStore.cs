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
}
