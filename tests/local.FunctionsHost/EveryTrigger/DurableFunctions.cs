using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Entities;
using Microsoft.DurableTask.Entities;
using OrchestrationAlreadyExistsException = DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException;

namespace EveryTrigger;

public static class DurableFunctions
{
    [Function("Start")]
    public static async Task<HttpResponseData> Start(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "start/{name}/{id}")] HttpRequestData request, string name, string id, [DurableClient] DurableTaskClient client)
    {
        using var reader = new StreamReader(request.Body);
        var input = await reader.ReadToEndAsync();
        var options = new StartOrchestrationOptions(id, request.Query["at"] is { } at ? DateTimeOffset.Parse(at, CultureInfo.InvariantCulture) : null)
        {
            Version = request.Query["version"] is { } version ? new TaskVersion(version) : (TaskVersion?)null,
            Tags = request.Query["tag"] is { } tag ? new Dictionary<string, string> { ["tag"] = tag } : [],
        };
        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync(name, input, options);
        }
        catch (OrchestrationAlreadyExistsException)
        {
            return request.CreateResponse(HttpStatusCode.Conflict);
        }

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

    [Function(nameof(FansOut))]
    public static async Task<int> FansOut([OrchestrationTrigger] TaskOrchestrationContext context, string width) =>
        (await Task.WhenAll(Enumerable.Range(1, int.Parse(width, CultureInfo.InvariantCulture)).Select(number => context.CallActivityAsync<int>(nameof(Double), number)))).Sum();

    [Function(nameof(Double))]
    public static int Double([ActivityTrigger] int number) => 2 * number;

    [Function(nameof(Carries))]
    public static async Task<int> Carries([OrchestrationTrigger] TaskOrchestrationContext context, string text) =>
        await context.CallActivityAsync<int>(nameof(Measure), await context.CallActivityAsync<string>(nameof(Repeat), text));

    [Function(nameof(Repeat))]
    public static string Repeat([ActivityTrigger] string text) => string.Concat(Enumerable.Repeat(text, 1000));

    [Function(nameof(Measure))]
    public static int Measure([ActivityTrigger] string text) => text.Length;

    [Function(nameof(WaitsAtMost))]
    public static async Task<string> WaitsAtMost([OrchestrationTrigger] TaskOrchestrationContext context, string seconds)
    {
        context.SetCustomStatus("waiting");
        try
        {
            return await context.WaitForExternalEvent<string>("go", TimeSpan.FromSeconds(int.Parse(seconds, CultureInfo.InvariantCulture)));
        }
        catch (TaskCanceledException)
        {
            return "nobody came";
        }
    }

    [Function(nameof(TurnsToEventsLate))]
    public static async Task<string> TurnsToEventsLate([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        context.SetCustomStatus("busy");
        await context.WaitForExternalEvent<string>("begin");
        return await context.WaitForExternalEvent<string>("go");
    }

    [Function(nameof(Collects))]
    public static async Task<string> Collects([OrchestrationTrigger] TaskOrchestrationContext context, string soFar)
    {
        var now = soFar + await context.WaitForExternalEvent<string>("go");
        if (now.Length < 5)
        {
            context.ContinueAsNew(now);
        }

        return now;
    }

    [Function(nameof(FailsUntilAllowed))]
    public static async Task<string> FailsUntilAllowed([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var first = await context.CallActivityAsync<string>(nameof(Greet), "Oslo");
        return first + await context.CallActivityAsync<string>(nameof(FailUnlessAllowed), context.InstanceId);
    }

    [Function(nameof(FailUnlessAllowed))]
    public static async Task<string> FailUnlessAllowed([ActivityTrigger] string id)
    {
        await Record.WriteAsync(id, "ran");
        return Record.Has("allowed-" + id) ? ", allowed" : throw new InvalidOperationException("not yet");
    }

    [Function(nameof(Moves))]
    public static async Task<string> Moves([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var from = new EntityInstanceId(nameof(Counter), context.InstanceId + "-from");
        var to = new EntityInstanceId(nameof(Counter), context.InstanceId + "-to");
        await using (await context.Entities.LockEntitiesAsync(from, to))
        {
            await context.Entities.CallEntityAsync(from, "add", -7);
            await context.Entities.CallEntityAsync(to, "add", 7);
        }

        return $"{await context.Entities.CallEntityAsync<int>(from, "get")} {await context.Entities.CallEntityAsync<int>(to, "get")}";
    }

    [Function(nameof(VersionOf))]
    public static string VersionOf([OrchestrationTrigger] TaskOrchestrationContext context) => context.Version;

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
        var first = !Record.Has("crash-" + id);
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
            case "delete":
                operation.State.SetState(null);
                return new ValueTask<object?>((object?)null);
            default:
                throw new NotSupportedException(operation.Name);
        }
    });
}
