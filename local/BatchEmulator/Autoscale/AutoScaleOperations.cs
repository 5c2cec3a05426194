using System.Text.Json.Nodes;
using DurableMl.Local.BatchEmulator.Pools;
using DurableMl.Local.BatchEmulator.State;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.Autoscale;

/// <summary>The operations on a pool's automatic scaling.</summary>
internal sealed class AutoScaleOperations(BatchAccount account, AutoScaler scaler)
{
    // The service's: at most every 30 s for a pool.
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(30);

    /// <summary>Maps them.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapOperation("POST", "/pools/{poolId}/enableautoscale", EnableAsync);
        routes.MapOperation("POST", "/pools/{poolId}/disableautoscale", DisableAsync);
        routes.MapOperation("POST", "/pools/{poolId}/evaluateautoscale", EvaluateAsync);
    }

    private async Task EnableAsync(BatchRequest request)
    {
        var options = await request.BodyAsync("BatchPoolEnableAutoScaleOptions");
        PoolValidation.CheckAutoScale(options, "");
        var pool = account.Update(() =>
        {
            var pool = PoolOperations.Find(account, request.Id("poolId"), forChange: true);
            request.Check(pool);
            if (!pool.AutoScaleEnabled && pool.AllocationState != AllocationState.Steady)
            {
                throw BatchErrors.Conflict("PoolBeingResized", "The specified pool is being resized.");
            }

            if (!pool.AutoScaleEnabled && !options.ContainsKey("autoScaleFormula"))
            {
                throw BatchErrors.MissingProperty("autoScaleFormula");
            }

            if (options.Count == 0)
            {
                throw BatchErrors.InvalidBody("At least one of autoScaleFormula and autoScaleEvaluationInterval is needed.");
            }

            if (pool.AutoScaleEnabled && account.Now - pool.AutoScaleEnabledAt < ShortestPause)
            {
                throw BatchErrors.Conflict("TooManyEnableAutoScaleRequests", "Automatic scaling of the pool was enabled less than 30 seconds ago.");
            }

            pool.Definition["enableAutoScale"] = true;
            foreach (var (name, value) in options)
            {
                pool.Definition[name] = value!.DeepClone();
            }

            account.Touched(pool);
            scaler.Enable(pool);
            return pool;
        });
        Done(request, pool);
    }

    private Task DisableAsync(BatchRequest request)
    {
        Done(request, account.Update(() =>
        {
            var pool = PoolOperations.Find(account, request.Id("poolId"), forChange: true);
            pool.Definition["enableAutoScale"] = false;
            pool.Definition.Remove("autoScaleFormula");
            pool.Definition.Remove("autoScaleEvaluationInterval");
            pool.AutoScaleRun = null;
            account.Touched(pool);
            return pool;
        }));
        return Task.CompletedTask;
    }

    private async Task EvaluateAsync(BatchRequest request)
    {
        var formula = (await request.BodyAsync("BatchPoolEvaluateAutoScaleOptions")).Text("autoScaleFormula")!;
        JsonObject run = [];
        var pool = account.Update(() =>
        {
            var pool = PoolOperations.Find(account, request.Id("poolId"), forChange: true);
            if (!pool.AutoScaleEnabled)
            {
                throw BatchErrors.Conflict("InvalidAutoScalingSettings", "Automatic scaling must be enabled on the pool.");
            }

            run = scaler.Evaluate(pool, formula).Run;
            return pool;
        });
        request.Stamp(pool, $"{request.BaseUrl}/pools/{pool.Id}/evaluateautoscale");
        await request.RespondAsync(StatusCodes.Status200OK, run);
    }

    private static void Done(BatchRequest request, Pool pool)
    {
        request.Stamp(pool, $"{request.BaseUrl}/pools/{pool.Id}");
        request.Respond(StatusCodes.Status200OK);
    }
}
