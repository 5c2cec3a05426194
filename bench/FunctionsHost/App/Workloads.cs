using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Entities;

namespace FunctionsHost.Benchmarks.App;

/// <summary>What the benchmark runs, and the endpoint that runs it and says how long it took.</summary>
public static class Workloads
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(9);

    /// <summary>Does nothing: what an invocation costs.</summary>
    [Function(nameof(Empty))]
    public static Task Empty([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "empty")] HttpRequest request) => Task.CompletedTask;

    /// <summary>Answers by a result of ASP.NET Core MVC, of which the worker sends a line of log to the host.</summary>
    [Function(nameof(EmptyResult))]
    public static IActionResult EmptyResult([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "empty-result")] HttpRequest request) => new OkResult();

    /// <summary>Starts <c>instances</c> orchestrations of a kind with the input <c>size</c>, waits until all have completed, and answers the seconds that took.</summary>
    [Function(nameof(Run))]
    public static async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "run/{kind}/{instances:int}/{size:int}")] HttpRequest request,
        string kind,
        int instances,
        int size,
        [DurableClient] DurableTaskClient client)
    {
        using var limit = new CancellationTokenSource(Limit);
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, instances).Select(async _ =>
        {
            var id = await client.ScheduleNewOrchestrationInstanceAsync(kind, size, cancellation: limit.Token);
            var done = await CompletionAsync(client, id, limit.Token);
            if (done.RuntimeStatus != OrchestrationRuntimeStatus.Completed)
            {
                throw new InvalidOperationException($"{kind} {id} ended as {done.RuntimeStatus}.");
            }
        }));
        return new OkObjectResult(Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    /// <summary>Waits for the end, however long it takes: the client's channel to the host gives up after 100 seconds.</summary>
    private static async Task<OrchestrationMetadata> CompletionAsync(DurableTaskClient client, string id, CancellationToken token)
    {
        while (true)
        {
            try
            {
                return await client.WaitForInstanceCompletionAsync(id, token);
            }
            catch (OperationCanceledException) when (!token.IsCancellationRequested)
            {
                // Asked again.
            }
        }
    }

    /// <summary>Starts <c>instances</c> orchestrations that wait for an event which never comes, and answers the seconds until all were accepted.</summary>
    [Function(nameof(Idle))]
    public static async Task<IActionResult> Idle(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "idle/{instances:int}")] HttpRequest request, int instances, [DurableClient] DurableTaskClient client)
    {
        var started = Stopwatch.GetTimestamp();
        await Parallel.ForAsync(0, instances, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (_, token) =>
            await client.ScheduleNewOrchestrationInstanceAsync(nameof(Waits), cancellation: token));
        return new OkObjectResult(Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    /// <summary><c>size</c> activities, one after the other.</summary>
    [Function(nameof(Chain))]
    public static async Task<int> Chain([OrchestrationTrigger] TaskOrchestrationContext context, int size)
    {
        var sum = 0;
        for (var i = 0; i < size; i++)
        {
            sum = await context.CallActivityAsync<int>(nameof(Increment), sum);
        }

        return sum;
    }

    /// <summary><c>size</c> activities at once.</summary>
    [Function(nameof(FanOut))]
    public static async Task<int> FanOut([OrchestrationTrigger] TaskOrchestrationContext context, int size) =>
        (await Task.WhenAll(Enumerable.Range(0, size).Select(i => context.CallActivityAsync<int>(nameof(Increment), i)))).Length;

    /// <summary><c>size</c> signals to one entity, and a call that sees them all.</summary>
    [Function(nameof(Signals))]
    public static async Task<int> Signals([OrchestrationTrigger] TaskOrchestrationContext context, int size)
    {
        var counter = new EntityInstanceId(nameof(Counter), context.InstanceId);
        for (var i = 0; i < size; i++)
        {
            await context.Entities.SignalEntityAsync(counter, "add");
        }

        return await context.Entities.CallEntityAsync<int>(counter, "get");
    }

    /// <summary>Waits for an event.</summary>
    [Function(nameof(Waits))]
    public static Task Waits([OrchestrationTrigger] TaskOrchestrationContext context) => context.WaitForExternalEvent<string>("never");

    /// <summary>One more.</summary>
    [Function(nameof(Increment))]
    public static int Increment([ActivityTrigger] int value) => value + 1;

    /// <summary>A number that can be added to.</summary>
    [Function(nameof(Counter))]
    public static Task Counter([EntityTrigger] TaskEntityDispatcher dispatcher) => dispatcher.DispatchAsync(operation =>
    {
        var value = operation.State.GetState<int>();
        if (operation.Name == "add")
        {
            operation.State.SetState(++value);
        }

        return new ValueTask<object?>(value);
    });
}
