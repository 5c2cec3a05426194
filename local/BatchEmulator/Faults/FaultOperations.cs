using System.Globalization;
using System.Text.Json.Nodes;
using DurableMl.Local.BatchEmulator.Nodes;
using DurableMl.Local.BatchEmulator.State;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.Faults;

/// <summary>Faults on demand, under /admin: for tests and demonstrations, without a signature, on loopback.</summary>
internal sealed class FaultOperations(BatchAccount account, NodeLifecycle nodes, BatchEmulatorOptions options)
{
    /// <summary>Maps them.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapOperation("POST", "/admin/pools/{poolId}/nodes/{nodeId}/preempt", PreemptAsync);
    }

    private Task PreemptAsync(BatchRequest request)
    {
        var grace = request.Query("graceSeconds") is { } text
            ? double.TryParse(text, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and <= 3600
                ? TimeSpan.FromSeconds(seconds)
                : throw BatchErrors.InvalidQuery("graceSeconds", text, "The value must be from 0 to 3600.")
            : options.PreemptionGrace;
        account.Update(() =>
        {
            var (pool, node) = NodeOperations.Find(account, request.Id("poolId"), request.Id("nodeId"));
            if (node.State.Current is NodeState.Preempted or NodeState.LeavingPool)
            {
                throw BatchErrors.Conflict("OperationInvalidForCurrentState", $"The node is {node.State.Current}.");
            }

            nodes.Preempt(pool, node, grace);
        });
        return request.RespondAsync(202, new JsonObject { ["nodeId"] = request.Id("nodeId"), ["graceSeconds"] = grace.TotalSeconds });
    }
}
