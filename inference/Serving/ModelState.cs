using System.Collections.Frozen;
using Azure;
using DurableMl.Inference.Registry;
using DurableMl.Inference.Routing;

namespace DurableMl.Inference.Serving;

/// <summary>What this process serves of a model at one moment.</summary>
/// <param name="Model">The model.</param>
/// <param name="Exists">Whether it has aliases or traffic rules at all.</param>
/// <param name="Aliases">The version that each alias leads to here: the registry's, or the one before while the registry's cannot be loaded.</param>
/// <param name="Traffic">The rules in force.</param>
/// <param name="AliasesETag">The aliases as read.</param>
/// <param name="TrafficETag">The rules as read.</param>
/// <param name="Problem">Why the registry's aliases or rules are not in force; null when they are.</param>
internal sealed record ModelState(
    string Model, bool Exists, FrozenDictionary<string, string> Aliases, TrafficPlan Traffic, ETag AliasesETag, ETag TrafficETag, string? Problem)
{
    /// <summary>The version that <paramref name="versionOrAlias"/> means.</summary>
    /// <exception cref="ModelNotFoundException">There is no such alias.</exception>
    public string Resolve(string versionOrAlias)
    {
        if (ModelNames.IsVersion(versionOrAlias))
        {
            return versionOrAlias;
        }

        ModelNames.Alias(versionOrAlias);
        return Aliases.TryGetValue(versionOrAlias, out string? version)
            ? version
            : throw (Exists ? ModelNotFoundException.Alias(Model, versionOrAlias) : ModelNotFoundException.Model(Model));
    }
}
