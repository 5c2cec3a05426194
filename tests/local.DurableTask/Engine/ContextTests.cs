using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableTask.Tests.Engine;

[TestClass]
public sealed class ContextTests
{
    readonly TemporaryDatabase database = new();

    [TestCleanup]
    public void Delete() => database.Dispose();

    [TestMethod]
    [DataRow("event", "came")]
    [DataRow("nothing", "timed out")]
    public async Task A_wait_for_an_event_ends_with_the_event_or_in_time(string raised, string expected)
    {
        await using EngineHost host = await EngineHost.StartAsync(database.Path, tasks => tasks
            .AddOrchestratorFunc<bool, string>("Wait", async (context, patient) =>
            {
                try
                {
                    return await context.WaitForExternalEvent<string>("event", patient ? TimeSpan.FromDays(7) : TimeSpan.FromMilliseconds(50));
                }
                catch (OperationCanceledException)
                {
                    return "timed out";
                }
            }));
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Wait", raised == "event");
        await host.Client.RaiseEventAsync(id, raised, "came");

        Assert.AreEqual(expected, (await host.EndAsync(id)).ReadOutputAs<string>());
    }

    [TestMethod]
    public async Task A_cancelled_waiter_leaves_the_event_to_the_next()
    {
        await using EngineHost host = await EngineHost.StartAsync(database.Path, tasks => tasks
            .AddOrchestratorFunc<string>("Wait", async context =>
            {
                using CancellationTokenSource cancelled = new();
                Task<string> first = context.WaitForExternalEvent<string>("event", cancelled.Token);
                Task<string> second = context.WaitForExternalEvent<string>("event");
                Task timer = context.CreateTimer(TimeSpan.FromDays(1), cancelled.Token);
                cancelled.Cancel();
                try
                {
                    await first;
                }
                catch (OperationCanceledException)
                {
                    return $"{timer.IsCanceled} {await second}";
                }

                return "not cancelled";
            }));
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Wait");
        await host.Client.RaiseEventAsync(id, "event", "got it");

        Assert.AreEqual("True got it", (await host.EndAsync(id)).ReadOutputAs<string>());
    }

    [TestMethod]
    public async Task What_the_context_tells_is_the_same_at_every_replay()
    {
        await using EngineHost host = await EngineHost.StartAsync(database.Path, tasks => tasks
            .AddOrchestratorFunc<bool>("Facts", async context =>
            {
                Guid first = context.NewGuid();
                Guid second = context.NewGuid();
                DateTime time = context.CurrentUtcDateTime;
                bool same = first != second
                    && first == await context.CallActivityAsync<Guid>("Echo", first)
                    && context.NewGuid() != first;
                return same && time == await context.CallActivityAsync<DateTime>("EchoTime", time);
            })
            .AddActivityFunc<Guid, Guid>("Echo", (_, value) => value)
            .AddActivityFunc<DateTime, DateTime>("EchoTime", (_, value) => value));

        Assert.IsTrue((await host.RunAsync("Facts")).ReadOutputAs<bool>());
    }

    [TestMethod]
    public async Task Children_know_their_parent_and_keep_their_tags_and_parents_hear_from_children()
    {
        await using EngineHost host = await EngineHost.StartAsync(database.Path, tasks => tasks
            .AddOrchestratorFunc<string>("Parent", async context =>
            {
                Task<string> news = context.WaitForExternalEvent<string>("news");
                string told = await context.CallSubOrchestratorAsync<string>("Child", "x", new SubOrchestrationOptions
                {
                    InstanceId = "child",
                    Tags = new Dictionary<string, string> { ["colour"] = "red" },
                });
                context.SetCustomStatus(new { done = 1 });
                return $"{told}, {await news}";
            })
            .AddOrchestratorFunc<string>("Child", context =>
            {
                context.SendEvent(context.Parent!.InstanceId, "news", "hello");
                return Task.FromResult($"child of {context.Parent.Name} {context.Parent.InstanceId}");
            }));

        OrchestrationMetadata ended = await host.RunAsync("Parent", options: new StartOrchestrationOptions("parent")
        {
            Tags = new Dictionary<string, string> { ["size"] = "large" },
        });

        Assert.AreEqual("child of Parent parent, hello", ended.ReadOutputAs<string>());
        Assert.AreEqual("{\"done\":1}", ended.SerializedCustomStatus);
        Assert.AreEqual("large", ended.Tags["size"]);
        Assert.AreEqual("red", (await host.Client.GetInstanceAsync("child"))!.Tags["colour"]);
    }

    [TestMethod]
    public async Task A_thousand_timers_fire_and_none_early()
    {
        await using EngineHost host = await EngineHost.StartAsync(database.Path, tasks => tasks
            .AddOrchestratorFunc<int>("Timers", async context =>
            {
                int early = 0;
                async Task OneAsync(int i)
                {
                    DateTime due = context.CurrentUtcDateTime.AddMilliseconds(i % 50);
                    await context.CreateTimer(due, CancellationToken.None);
                    early += context.CurrentUtcDateTime < due ? 1 : 0;
                }

                await Task.WhenAll(Enumerable.Range(0, 1000).Select(OneAsync));
                return early;
            }));

        Assert.AreEqual(0, (await host.RunAsync("Timers")).ReadOutputAs<int>());
    }

    [TestMethod]
    public async Task An_output_that_cannot_be_written_down_fails_the_orchestration()
    {
        await using EngineHost host = await EngineHost.StartAsync(database.Path, tasks => tasks
            .AddOrchestratorFunc<object>("Pointer", _ => Task.FromResult<object>(new { Type = typeof(string) })));

        Assert.IsTrue((await host.RunAsync("Pointer")).FailureDetails!.IsCausedBy<NotSupportedException>());
    }
}
