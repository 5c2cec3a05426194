using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Entities;
using Microsoft.DurableTask.Entities;

namespace EveryTrigger;

/// <summary>What Microsoft's client can ask of a hub, each as a request.</summary>
public static class DurableClientFunctions
{
    [Function("Operate")]
    public static async Task<IActionResult> Operate(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "operate/{operation}/{id}")] HttpRequest request, string operation, string id, [DurableClient] DurableTaskClient client)
    {
        try
        {
            switch (operation)
            {
                case "suspend":
                    await client.SuspendInstanceAsync(id, "tea");
                    break;
                case "resume":
                    await client.ResumeInstanceAsync(id, "done");
                    break;
                case "rewind":
                    await client.RewindInstanceAsync(id, "cured");
                    break;
                case "restart":
                    return new OkObjectResult(await client.RestartAsync(id, restartWithNewInstanceId: true));
                case "purge":
                    return new OkObjectResult((await client.PurgeInstanceAsync(id)).PurgedInstanceCount);
                case "purge-completed":
                    var filter = new PurgeInstancesFilter(CreatedFrom: DateTimeOffset.UtcNow.AddDays(-1), Statuses: [OrchestrationRuntimeStatus.Completed]);
                    return new OkObjectResult((await client.PurgeAllInstancesAsync(filter)).PurgedInstanceCount);
                default:
                    return new NotFoundResult();
            }
        }
        catch (InvalidOperationException e)
        {
            return new ObjectResult(e.Message) { StatusCode = (int)HttpStatusCode.Conflict };
        }

        return new OkResult();
    }

    [Function("History")]
    public static async Task<IActionResult> History(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "history/{id}")] HttpRequest request, string id, [DurableClient] DurableTaskClient client) =>
        new OkObjectResult((await client.GetOrchestrationHistoryAsync(id)).Select(happened => happened.GetType().Name));

    [Function("Describe")]
    public static async Task<IActionResult> Describe(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "describe/{id}")] HttpRequest request, string id, [DurableClient] DurableTaskClient client)
    {
        var instance = await client.GetInstanceAsync(id, getInputsAndOutputs: true);
        return instance is null ? new NotFoundResult() : new OkObjectResult(new { instance.Name, Status = $"{instance.RuntimeStatus}", instance.Tags });
    }

    [Function("Pages")]
    public static async Task<IActionResult> Pages(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "pages/{prefix}/{size}")] HttpRequest request, string prefix, int size, [DurableClient] DurableTaskClient client)
    {
        var pages = new List<string[]>();
        var query = new OrchestrationQuery { InstanceIdPrefix = prefix, PageSize = size, Statuses = [OrchestrationRuntimeStatus.Completed] };
        await foreach (var page in client.GetAllInstancesAsync(query).AsPages())
        {
            pages.Add([.. page.Values.Select(instance => instance.InstanceId)]);
        }

        return new OkObjectResult(pages);
    }

    [Function("ReadCounter")]
    public static async Task<IActionResult> ReadCounter(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "counter/{key}")] HttpRequest request, string key, [DurableClient] DurableTaskClient client)
    {
        var entity = await client.Entities.GetEntityAsync<int>(new EntityInstanceId(nameof(DurableFunctions.Counter), key));
        return entity is null ? new NotFoundResult() : new OkObjectResult(entity.State);
    }

    [Function("SignalCounter")]
    public static async Task SignalCounter(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "counter/{key}/{operation}/{number:int?}")] HttpRequest request,
        string key,
        string operation,
        int? number,
        [DurableClient] DurableTaskClient client)
    {
        DateTimeOffset? at = request.Query.TryGetValue("at", out var text) ? DateTimeOffset.Parse($"{text}", CultureInfo.InvariantCulture) : null;
        await client.Entities.SignalEntityAsync(new EntityInstanceId(nameof(DurableFunctions.Counter), key), operation, number ?? 0, new SignalEntityOptions { SignalTime = at });
    }

    [Function("ListCounters")]
    public static async Task<IActionResult> ListCounters(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "counters/{prefix}")] HttpRequest request, string prefix, [DurableClient] DurableTaskClient client)
    {
        var keys = new List<string>();
        await foreach (var entity in client.Entities.GetAllEntitiesAsync(new EntityQuery { InstanceIdStartsWith = $"@{nameof(DurableFunctions.Counter)}@{prefix}" }))
        {
            keys.Add(entity.Id.Key);
        }

        return new OkObjectResult(keys.Order(StringComparer.Ordinal));
    }
}
