using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Entities;
using Microsoft.DurableTask.Entities;

namespace EveryTrigger;

public static class DurableFunctions
{
    [Function("Start")]
    public static async Task<HttpResponseData> Start(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "start/{name}/{id}")] HttpRequestData request, string name, string id, [DurableClient] DurableTaskClient client)
    {
        using var reader = new StreamReader(request.Body);
        var input = await reader.ReadToEndAsync();
        await client.ScheduleNewOrchestrationInstanceAsync(name, input, new StartOrchestrationOptions(id));
        return await client.CreateCheckStatusResponseAsync(request, id);
    }

    [Function(nameof(Greetings))]
    public static async Task<string[]> Greetings([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var first = await context.CallActivityAsync<string>(nameof(Greet), "Oslo");
        var others = await Task.WhenAll(context.CallActivityAsync<string>(nameof(Greet), "Bern"), context.CallSubOrchestratorAsync<string>(nameof(Child), "Rome"));
        return [first, .. others];
    }

    [Function(nameof(Child))]
    public static Task<string> Child([OrchestrationTrigger] TaskOrchestrationContext context, string input) => context.CallActivityAsync<string>(nameof(Greet), input);

    [Function(nameof(Greet))]
    public static string Greet([ActivityTrigger] string name) => $"Hello {name}";

    [Function(nameof(WaitsForEvent))]
    public static async Task<string> WaitsForEvent([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        context.SetCustomStatus("waiting");
        return await context.WaitForExternalEvent<string>("go");
    }

    [Function(nameof(Fails))]
    public static async Task<string> Fails([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        try
        {
            await context.CallActivityAsync(nameof(FailingActivity));
        }
        catch (TaskFailedException e)
        {
            return $"{e.FailureDetails?.ErrorType}|{e.FailureDetails?.ErrorMessage}";
        }

        return "did not fail";
    }

    [Function(nameof(FailingActivity))]
    public static Task FailingActivity([ActivityTrigger] string? input) => throw new InvalidDataException("the activity's own words");

    [Function(nameof(CrashesOnce))]
    public static async Task<string> CrashesOnce([OrchestrationTrigger] TaskOrchestrationContext context) =>
        await context.CallActivityAsync<string>(nameof(CrashOnce), context.InstanceId);

    [Function(nameof(CrashOnce))]
    public static async Task<string> CrashOnce([ActivityTrigger] string id)
    {
        var first = !File.Exists(Path.Combine(Environment.GetEnvironmentVariable("RECORD_FOLDER")!, "crash-" + id));
        await Record.WriteAsync("crash-" + id, "ran");
        if (first)
        {
            Environment.Exit(7);
        }

        return "survived";
    }

    [Function(nameof(WaitsForEver))]
    public static async Task<string> WaitsForEver([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        try
        {
            await context.CallActivityAsync(nameof(NeverEnds));
        }
        catch (TaskFailedException)
        {
            return "failed";
        }

        return "ended";
    }

    [Function(nameof(NeverEnds))]
    public static Task NeverEnds([ActivityTrigger] string? input) => Task.Delay(Timeout.InfiniteTimeSpan);

    [Function(nameof(Counts))]
    public static async Task<int> Counts([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var counter = new EntityInstanceId(nameof(Counter), context.InstanceId);
        await context.Entities.CallEntityAsync(counter, "add", 2);
        await context.Entities.CallEntityAsync(counter, "add", 3);
        return await context.Entities.CallEntityAsync<int>(counter, "get");
    }

    [Function(nameof(Counter))]
    public static Task Counter([EntityTrigger] TaskEntityDispatcher dispatcher) => dispatcher.DispatchAsync(operation =>
    {
        var state = operation.State.GetState<int>();
        switch (operation.Name)
        {
            case "add":
                operation.State.SetState(state + operation.GetInput<int>());
                return new ValueTask<object?>((object?)null);
            case "get":
                return new ValueTask<object?>(state);
            default:
                throw new NotSupportedException(operation.Name);
        }
    });

    [Function("ReadCounter")]
    public static async Task<IActionResult> ReadCounter(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "counter/{key}")] HttpRequest request, string key, [DurableClient] DurableTaskClient client)
    {
        var entity = await client.Entities.GetEntityAsync<int>(new EntityInstanceId(nameof(Counter), key));
        return entity is null ? new NotFoundResult() : new OkObjectResult(entity.State);
    }
}
