using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableTask.Benchmarks;

/// <summary>What is timed.</summary>
static class Scenarios
{
    static readonly string[] Cities = ["Tokyo", "Seattle", "London", "Amsterdam", "Seoul"];

    public static void AddTo(DurableTaskRegistry tasks) => tasks
        .AddOrchestratorFunc<int, int>("Chain", async (context, steps) =>
        {
            int value = 0;
            for (int i = 0; i < steps; i++)
            {
                value = await context.CallActivityAsync<int>("PlusOne", value);
            }

            return value;
        })
        .AddOrchestratorFunc<int, long>("FanOut", async (context, count) =>
        {
            Task<int>[] all = new Task<int>[count];
            for (int i = 0; i < count; i++)
            {
                all[i] = context.CallActivityAsync<int>("PlusOne", i);
            }

            return (await Task.WhenAll(all)).Sum(value => (long)value);
        })
        .AddOrchestratorFunc<int>("One", context => context.CallActivityAsync<int>("PlusOne", 1))
        .AddOrchestratorFunc<List<string>>("HelloCities5", async context =>
        {
            List<string> greetings = [];
            foreach (string city in Cities)
            {
                greetings.Add(await context.CallActivityAsync<string>("SayHello", city));
            }

            return greetings;
        })
        .AddOrchestratorFunc<int>("Idle", context => context.WaitForExternalEvent<int>("Go"))
        .AddActivityFunc<int, int>("PlusOne", (_, value) => value + 1)
        .AddActivityFunc<string, string>("SayHello", (_, city) => $"Hello {city}!");

    public static async Task ChainAsync(EngineHost host, int steps) => Check(await RunAsync<int>(host, "Chain", steps), steps);

    public static async Task FanOutAsync(EngineHost host, int count) =>
        Check(await RunAsync<long>(host, "FanOut", count), (long)count * (count + 1) / 2);

    /// <summary>Starts instances, 64 starts at a time, and waits for all of them.</summary>
    public static async Task ManyAsync(EngineHost host, string orchestrator, int count)
    {
        string[] ids = new string[count];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count),
            new ParallelOptions { MaxDegreeOfParallelism = 64 },
            async (i, cancellation) => ids[i] = await host.Client.ScheduleNewOrchestrationInstanceAsync(orchestrator, cancellation: cancellation));
        foreach (string id in ids)
        {
            OrchestrationMetadata ended = await host.Client.WaitForInstanceCompletionAsync(id);
            Check(ended.RuntimeStatus, OrchestrationRuntimeStatus.Completed);
        }
    }

    static async Task<T> RunAsync<T>(EngineHost host, string orchestrator, object input)
    {
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync(orchestrator, input);
        return (await host.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true)).ReadOutputAs<T>()!;
    }

    static void Check<T>(T actual, T expected)
    {
        if (!Equals(actual, expected))
        {
            throw new InvalidOperationException($"Expected {expected}, got {actual}.");
        }
    }
}
