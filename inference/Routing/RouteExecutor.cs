using DurableMl.Inference.Protocol;
using DurableMl.Inference.Registry;
using DurableMl.Inference.Serving;
using Microsoft.AspNetCore.Http;

namespace DurableMl.Inference.Routing;

/// <summary>Carries out the route that a model's traffic rules choose for a request.</summary>
internal sealed class RouteExecutor(ModelCatalog catalog, SessionCache sessions)
{
    public async Task<InferResponse> ExecuteAsync(ModelState state, InferRequest request, IHeaderDictionary headers, CancellationToken cancellationToken)
    {
        (Route route, string name) = state.Traffic.Choose(request, headers);
        return route switch
        {
            VersionRoute version => await RunAsync(state, version.Target, name + version.Target.Version, request, cancellationToken),
            _ => throw new NotSupportedException(route.GetType().Name),
        };
    }

    private async Task<InferResponse> RunAsync(ModelState state, ModelTarget target, string route, InferRequest request, CancellationToken cancellationToken)
    {
        string model = target.Model ?? state.Model;
        ModelState source = model == state.Model ? state : await catalog.GetAsync(model, cancellationToken);
        string version = source.Resolve(target.Version);
        using ModelLease lease = await sessions.AcquireAsync(model, version, cancellationToken);
        return new(state.Model, version, route, await lease.Model.InferAsync(request, cancellationToken));
    }
}
