using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Entities;
using Microsoft.DurableTask.Entities;
using Microsoft.DurableTask.Worker;

namespace DurableTask.Tests.Entities;

[TestClass]
public sealed class EntityTests
{
    static readonly EntityInstanceId Counter = new("Counter", "one");

    readonly TemporaryDatabase database = new();

    [TestCleanup]
    public void Delete() => database.Dispose();

    [TestMethod]
    public async Task Signals_change_the_state_that_clients_read()
    {
        await using EngineHost host = await StartAsync(_ => { });
        for (int i = 0; i < 10; i++)
        {
            await host.Client.Entities.SignalEntityAsync(Counter, "add", 2);
        }

        await Eventually.TrueAsync(async () => await ValueAsync(host) == 20, "the value is 20");
        EntityMetadata<int>? entity = await host.Client.Entities.GetEntityAsync<int>(Counter);
        Assert.AreEqual("@counter@one", entity!.Id.ToString());
        Assert.HasCount(1, await host.Client.Entities.GetAllEntitiesAsync(new EntityQuery { InstanceIdStartsWith = "counter" }).ToListAsync());
    }

    [TestMethod]
    public async Task A_call_gives_its_result_and_a_failure_leaves_the_state_alone()
    {
        await using EngineHost host = await StartAsync(tasks => tasks.AddOrchestratorFunc("Call", async context =>
        {
            int value = await context.Entities.CallEntityAsync<int>(Counter, "add", 5);
            try
            {
                await context.Entities.CallEntityAsync(Counter, "fail");
            }
            catch (EntityOperationFailedException failed) when (failed.FailureDetails.IsCausedBy<InvalidOperationException>())
            {
                return $"{value}, {failed.Message}, {await context.Entities.CallEntityAsync<int>(Counter, "get")}";
            }

            return "no failure";
        }));

        OrchestrationMetadata ended = await host.RunAsync("Call");

        Assert.AreEqual("5, Operation 'fail' of entity '@counter@one' failed: No., 5", ended.ReadOutputAs<string>());
    }

    [TestMethod]
    public async Task An_unknown_operation_fails_its_call()
    {
        await using EngineHost host = await StartAsync(tasks => tasks.AddOrchestratorFunc(
            "Call", context => context.Entities.CallEntityAsync(Counter, "dance")));

        OrchestrationMetadata ended = await host.RunAsync("Call");

        Assert.AreEqual(typeof(EntityOperationFailedException).FullName, ended.FailureDetails!.ErrorType);
        Assert.IsTrue(ended.FailureDetails.InnerFailure!.IsCausedBy<NotSupportedException>());
    }

    [TestMethod]
    public async Task Locks_keep_other_orchestrations_out()
    {
        await using EngineHost host = await StartAsync(tasks => tasks.AddOrchestratorFunc("Increment", async context =>
        {
            await using (await context.Entities.LockEntitiesAsync(Counter, new EntityInstanceId("Counter", "two")))
            {
                int value = await context.Entities.CallEntityAsync<int>(Counter, "get");
                await context.CreateTimer(TimeSpan.FromMilliseconds(5), CancellationToken.None);
                await context.Entities.CallEntityAsync(Counter, "set", value + 1);
            }
        }));
        string[] ids = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => host.Client.ScheduleNewOrchestrationInstanceAsync("Increment")));
        foreach (string id in ids)
        {
            Assert.AreEqual(OrchestrationRuntimeStatus.Completed, (await host.EndAsync(id)).RuntimeStatus);
        }

        Assert.AreEqual(10, await ValueAsync(host));
    }

    [TestMethod]
    public async Task An_orchestration_that_ends_leaves_no_lock_behind()
    {
        await using EngineHost host = await StartAsync(tasks => tasks.AddOrchestratorFunc("Hold", async context =>
        {
            await context.Entities.LockEntitiesAsync(Counter);
            await context.WaitForExternalEvent<int>("never");
        }));
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Hold");
        await host.Client.Entities.SignalEntityAsync(Counter, "add", 1);
        await Eventually.TrueAsync(async () => (await host.Client.GetInstanceAsync(id))!.IsRunning, "it runs");
        await host.Client.TerminateInstanceAsync(id);
        await host.EndAsync(id);
        await host.Client.Entities.SignalEntityAsync(Counter, "add", 1);
        await Eventually.TrueAsync(async () => await ValueAsync(host) == 2, "the value is 2");
        Assert.IsNull((await host.Client.Entities.GetEntityAsync(Counter))!.LockedBy);
    }

    [TestMethod]
    public async Task A_scheduled_signal_waits_and_an_entity_can_start_orchestrations()
    {
        await using EngineHost host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<int, int>("Double", (_, value) => value * 2));
        await host.Client.Entities.SignalEntityAsync(Counter, "add", 1, new SignalEntityOptions { SignalTime = DateTimeOffset.UtcNow.AddMilliseconds(300) });
        await host.Client.Entities.SignalEntityAsync(Counter, "start", "child");
        Assert.AreEqual(OrchestrationRuntimeStatus.Completed, (await host.EndAsync("child")).RuntimeStatus);
        await Eventually.TrueAsync(async () => await ValueAsync(host) == 1, "the value is 1");
    }

    [TestMethod]
    public async Task A_deleted_entity_is_gone_and_can_be_cleaned_up()
    {
        await using EngineHost host = await StartAsync(_ => { });
        await host.Client.Entities.SignalEntityAsync(Counter, "add", 1);
        await Eventually.TrueAsync(async () => await ValueAsync(host) == 1, "the value is 1");
        await host.Client.Entities.SignalEntityAsync(Counter, "delete");
        await Eventually.TrueAsync(async () => await host.Client.Entities.GetEntityAsync(Counter) is null, "the entity is gone");
        Assert.HasCount(1, await host.Client.Entities.GetAllEntitiesAsync(new EntityQuery { IncludeTransient = true }).ToListAsync());
        Assert.AreEqual(1, (await host.Client.Entities.CleanEntityStorageAsync()).EmptyEntitiesRemoved);
        Assert.HasCount(0, await host.Client.Entities.GetAllEntitiesAsync(new EntityQuery { IncludeTransient = true }).ToListAsync());
    }

    [TestMethod]
    public async Task Without_entity_support_they_are_refused_by_name()
    {
        await using EngineHost host = await EngineHost.StartAsync(database.Path, _ => { });
        NotSupportedException refused = Assert.ThrowsExactly<NotSupportedException>(() => host.Client.Entities);
        Assert.AreEqual("Durable entities are disabled because DurableTaskClientOptions.EnableEntitySupport=false", refused.Message);
    }

    Task<EngineHost> StartAsync(Action<DurableTaskRegistry> more) => EngineHost.StartAsync(
        database.Path,
        worker =>
        {
            worker.Configure(options => options.EnableEntitySupport = true);
            worker.AddTasks(tasks =>
            {
                tasks.AddEntity<CounterEntity>("Counter");
                more(tasks);
            });
        },
        client => client.Configure(options => options.EnableEntitySupport = true));

    static async Task<int> ValueAsync(EngineHost host) => (await host.Client.Entities.GetEntityAsync<int>(Counter))?.State ?? 0;

    sealed class CounterEntity : TaskEntity<int>
    {
        public int Add(int value) => State += value;

        public int Get() => State;

        public Task SetAsync(int value)
        {
            State = value;
            return Task.CompletedTask;
        }

        public void Set(int value) => State = value;

        public void Fail()
        {
            State = -1;
            throw new InvalidOperationException("No.");
        }

        public void Start(string id, TaskEntityContext context) =>
            context.ScheduleNewOrchestration("Double", 4, new StartOrchestrationOptions(id));
    }
}
