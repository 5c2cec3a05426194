using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;

namespace DurableTask.Tests.Crashes;

/// <summary>Orchestrations whose results show whether anything was lost, doubled or early.</summary>
static class CrashWorkload
{
    public const int Steps = 6;
    public const int Width = 8;
    public const int Stop = -1;

    /// <summary>The kinds of orchestrations that need nothing from outside, with the result each must have.</summary>
    public static readonly IReadOnlyDictionary<string, string> Expected = new Dictionary<string, string>
    {
        ["Chain"] = "6",
        ["FanOut"] = "36",
        ["Timers"] = "\"on time\"",
        ["Parent"] = "18",
        ["Loop"] = "5",
        ["CountOnce"] = "\"counted\"",
    };

    public static readonly EntityInstanceId Called = new("Counter", "called");

    public static readonly EntityInstanceId Signalled = new("Counter", "signalled");

    public static void AddTo(DurableTaskRegistry tasks) => tasks
        .AddOrchestratorFunc<int>("Chain", async context =>
        {
            int value = 0;
            for (int i = 0; i < Steps; i++)
            {
                value = await context.CallActivityAsync<int>("PlusOne", value);
            }

            return value;
        })
        .AddOrchestratorFunc<int>("FanOut", async context =>
            (await Task.WhenAll(Enumerable.Range(0, Width).Select(i => context.CallActivityAsync<int>("PlusOne", i)))).Sum())
        .AddOrchestratorFunc<string>("Timers", async context =>
        {
            for (int i = 0; i < 4; i++)
            {
                DateTime due = context.CurrentUtcDateTime.AddMilliseconds(10 * i);
                await context.CreateTimer(due, CancellationToken.None);
                if (context.CurrentUtcDateTime < due || await context.CallActivityAsync<DateTime>("Clock") < due)
                {
                    return "early";
                }
            }

            return "on time";
        })
        .AddOrchestratorFunc<int>("Parent", async context =>
            (await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => context.CallSubOrchestratorAsync<int>("Chain")))).Sum())
        .AddOrchestratorFunc<int, int>("Loop", async (context, count) =>
        {
            int next = await context.CallActivityAsync<int>("PlusOne", count);
            if (next < 5)
            {
                context.ContinueAsNew(next);
            }

            return next;
        })
        .AddOrchestratorFunc<string>("CountOnce", async context =>
        {
            await context.Entities.CallEntityAsync<int>(Called, "add", 1);
            return "counted";
        })
        .AddOrchestratorFunc<List<int>>("Collect", async context =>
        {
            List<int> received = [];
            while (true)
            {
                int payload = await context.WaitForExternalEvent<int>("number");
                if (payload == Stop)
                {
                    return received;
                }

                received.Add(payload);
                context.SetCustomStatus(received.Count);
            }
        })
        .AddActivityFunc<int, int>("PlusOne", async (_, value) =>
        {
            await Task.Delay(Random.Shared.Next(4));
            return value + 1;
        })
        .AddActivityFunc<DateTime>("Clock", _ => TimeProvider.System.GetUtcNow().UtcDateTime)
        .AddEntity<Counter>("Counter");

    sealed class Counter : TaskEntity<int>
    {
        public int Add(int value) => State += value;
    }
}
