using DurableMl.Inference.Protocol;
using DurableMl.Inference.Registry;
using DurableMl.Inference.Routing;
using Microsoft.AspNetCore.Http;

namespace DurableMl.Inference.Serving;

/// <summary>Answers inference requests: which version, by which route, from which session.</summary>
internal sealed class InferenceServer(ModelCatalog catalog, SessionCache sessions, RouteExecutor routes)
{
    /// <summary>The answer of the version asked for, or of whatever the model's traffic rules choose.</summary>
    /// <param name="model">The model.</param>
    /// <param name="version">A version or alias; null to follow the rules.</param>
    /// <param name="request">The request.</param>
    /// <param name="headers">Its headers, for rules that look at them.</param>
    /// <param name="cancellationToken">The caller's end or deadline.</param>
    public async Task<InferResponse> InferAsync(string model, string? version, InferRequest request, IHeaderDictionary headers, CancellationToken cancellationToken)
    {
        if (version is not null)
        {
            string named = await ResolveAsync(model, version, cancellationToken);
            using ModelLease lease = await sessions.AcquireAsync(model, named, cancellationToken);
            return new(model, named, "version", await lease.Model.InferAsync(request, cancellationToken));
        }

        ModelState state = await catalog.GetAsync(model, cancellationToken);
        return await routes.ExecuteAsync(state, request, headers, cancellationToken);
    }

    /// <summary>A loaded model, for its description.</summary>
    public async Task<ModelLease> AcquireAsync(string model, string? version, CancellationToken cancellationToken)
    {
        string resolved = await ResolveAsync(model, version ?? ModelAliases.Champion, cancellationToken);
        return await sessions.AcquireAsync(model, resolved, cancellationToken);
    }

    private async ValueTask<string> ResolveAsync(string model, string version, CancellationToken cancellationToken)
    {
        ModelNames.Model(model);
        return ModelNames.IsVersion(version) ? version : (await catalog.GetAsync(model, cancellationToken)).Resolve(version);
    }
}
