using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Local.BatchEmulator.Nodes;
using DurableMl.Local.BatchEmulator.State;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.Faults;

/// <summary>Faults on demand, under /admin: for tests and demonstrations, without a signature but for programs on this machine only.</summary>
internal sealed class FaultOperations(BatchAccount account, NodeLifecycle nodes, FaultPlan plan, BatchEmulatorOptions options)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull };

    /// <summary>Maps them.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapOperation("POST", "/admin/pools/{poolId}/nodes/{nodeId}/preempt", Guarded(PreemptAsync));
        routes.MapOperation("POST", "/admin/faults", Guarded(AddAsync));
        routes.MapOperation("GET", "/admin/faults", Guarded(r => r.RespondAsync(200, new JsonObject { ["value"] = JsonSerializer.SerializeToNode(plan.Pending, Json) })));
        routes.MapOperation("DELETE", "/admin/faults/{id}", Guarded(RemoveAsync));
    }

    /// <summary>Without a signature, so for this machine only, even where the emulator listens elsewhere, too.</summary>
    private static Func<BatchRequest, Task> Guarded(Func<BatchRequest, Task> operation) => request =>
        request.Http.Connection.RemoteIpAddress is { } sender && IPAddress.IsLoopback(sender) && BatchPipeline.IsLoopback(request.Http.Request.Host.Host)
            ? operation(request)
            : throw new BatchException(403, "InsufficientAccountPermissions", "The /admin operations are for programs on this machine.");

    private async Task AddAsync(BatchRequest request)
    {
        var body = await request.NodeAsync() ?? throw BatchErrors.InvalidBody("A fault is expected.");
        Fault fault;
        try
        {
            fault = body.Deserialize<Fault>(Json)!;
        }
        catch (JsonException e)
        {
            throw BatchErrors.InvalidBody(e.Message);
        }

        if (fault.Seconds is not (>= 0 and <= 3600))
        {
            throw BatchErrors.InvalidProperty("seconds", fault.Seconds.ToString(CultureInfo.InvariantCulture), "The value must be from 0 to 3600.");
        }

        await request.RespondAsync(201, JsonSerializer.SerializeToNode(plan.Add(fault), Json)!);
    }

    private Task RemoveAsync(BatchRequest request)
    {
        var found = int.TryParse(request.Id("id"), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && plan.Remove(id);
        request.Respond(found ? StatusCodes.Status204NoContent : StatusCodes.Status404NotFound);
        return Task.CompletedTask;
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
