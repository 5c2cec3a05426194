using DurableTask.Core;
using DurableTask.Core.Entities;
using DurableTask.Core.Entities.OperationFormat;

namespace DurableTask.Sqlite.Tests;

[TestClass]
public sealed class EntityTests
{
    private static readonly EntityId Counter = new("counter", "one");

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task Signals_are_applied_once_each_and_in_order(bool sessions)
    {
        await using var hub = await new Hub(options =>
        {
            options.ExtendedSessions = sessions;
            options.ExtendedSessionIdleTimeout = TimeSpan.FromMilliseconds(50);
        }).WithEntities().StartAsync();

        for (var i = 0; i < 100; i++)
        {
            await hub.SignalAsync(Counter, "append", i.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        await Eventually.TrueAsync(async () => (await StateAsync(hub))?.EndsWith(",99", StringComparison.Ordinal) == true, "the last signal is applied");
        Assert.AreEqual(string.Concat(Enumerable.Range(0, 100).Select(i => $",{i}")), await StateAsync(hub));
        Assert.AreEqual(0, await hub.CountAsync("messages"));
        Assert.AreEqual(1, await hub.CountAsync("history"));
    }

    [TestMethod]
    public async Task A_signal_for_later_comes_later_and_survives_a_restart()
    {
        await using var hub = await new Hub().WithEntities().StartAsync();
        var due = DateTime.UtcNow.AddMilliseconds(500);
        await hub.SignalAsync(Counter, "append", "later", due);
        await hub.SignalAsync(Counter, "append", "now");
        await Eventually.TrueAsync(async () => await StateAsync(hub) is not null, "the first signal is applied");

        await hub.RestartAsync(restarted => restarted.WithEntities());

        await Eventually.TrueAsync(async () => await StateAsync(hub) is ",now,later", "both signals are applied");
        Assert.IsTrue(DateTime.UtcNow >= due);
    }

    [TestMethod]
    public async Task An_entity_that_deletes_itself_leaves_no_row()
    {
        await using var hub = await new Hub().WithEntities().StartAsync();
        await hub.SignalAsync(Counter, "append", "x");
        await Eventually.TrueAsync(async () => await StateAsync(hub) is not null, "it exists");

        await hub.SignalAsync(Counter, "delete", "");

        await Eventually.TrueAsync(async () => await hub.CountAsync("instances") == 0, "its row is gone");
        Assert.IsNull(await hub.Service.EntityBackendQueries.GetEntityAsync(Counter, includeStateless: true));
        await hub.SignalAsync(Counter, "append", "y");
        await Eventually.TrueAsync(async () => await StateAsync(hub) is ",y", "it exists again");
    }

    [TestMethod]
    public async Task An_operation_that_gives_up_its_worker_is_run_again_and_later_ones_wait()
    {
        var failures = 3;
        await using var hub = await new Hub().WithEntities(operation =>
        {
            if (operation is "append" && Interlocked.Decrement(ref failures) >= 0)
            {
                throw new DurableTask.Core.Exceptions.SessionAbortedException("the worker is gone");
            }
        }).StartAsync();

        await hub.SignalAsync(Counter, "append", "1");
        await hub.SignalAsync(Counter, "append", "2");

        await Eventually.TrueAsync(async () => await StateAsync(hub) is ",1,2", "both are applied, once each");
    }

    [TestMethod]
    public async Task Orchestrations_call_entities_and_lock_them()
    {
        await using var hub = await new Hub().WithEntities().WithLockers().StartAsync();

        var runs = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => hub.RunAsync("locker", Counter.ToString())));

        // Each reads and writes in a critical section: without the lock, updates would be lost.
        Assert.IsTrue(runs.All(run => run.OrchestrationStatus == OrchestrationStatus.Completed), runs[0].Output);
        await Eventually.TrueAsync(async () => (await StateAsync(hub))?.Length == 20, "all have written", () => StateAsync(hub).Result ?? "null");
        await Eventually.TrueAsync(
            async () => await hub.Service.EntityBackendQueries.GetEntityAsync(Counter) is { LockedBy: null, BacklogQueueSize: 0 }, "the lock is given back");
    }

    [TestMethod]
    public async Task Entities_are_listed_and_cleaned_up()
    {
        await using var hub = await new Hub().WithEntities().WithLockers().StartAsync();
        for (var i = 0; i < 5; i++)
        {
            await hub.SignalAsync(new EntityId("counter", $"k{i}"), "append", "x");
        }

        await hub.SignalAsync(new EntityId("other", "k"), "append", "x");
        await hub.RunAsync("steal", Counter.ToString());
        var queries = hub.Service.EntityBackendQueries;
        await Eventually.TrueAsync(async () => (await queries.GetEntityAsync(Counter, includeStateless: true))?.LockedBy is not null, "the lock is taken");
        await Eventually.TrueAsync(async () => (await AllAsync(queries, "@")).Count == 6, "all exist");

        CollectionAssert.AreEqual(new[] { "@counter@k0", "@counter@k1", "@counter@k2", "@counter@k3", "@counter@k4" }, await AllAsync(queries, "counter@"));
        var result = await queries.CleanEntityStorageAsync(new EntityBackendQueries.CleanEntityStorageRequest { ReleaseOrphanedLocks = true, RemoveEmptyEntities = true });

        Assert.AreEqual(1, result.OrphanedLocksReleased);
        Assert.IsNull(result.ContinuationToken);
        await Eventually.TrueAsync(async () => await queries.GetEntityAsync(Counter, includeStateless: true) is null, "what has neither state nor lock is gone");
        Assert.AreEqual(6, await hub.CountAsync("instances") - 1);
    }

    private static async Task<List<string>> AllAsync(EntityBackendQueries queries, string prefix)
    {
        var all = new List<string>();
        var query = new EntityBackendQueries.EntityQuery { InstanceIdStartsWith = prefix, PageSize = 2, IncludeState = true };
        do
        {
            var page = await queries.QueryEntitiesAsync(query, CancellationToken.None);
            all.AddRange(page.Results.Select(entity => entity.EntityId.ToString()));
            query.ContinuationToken = page.ContinuationToken;
        }
        while (query.ContinuationToken is not null);

        return all;
    }

    private static async Task<string?> StateAsync(Hub hub) => (await hub.Service.EntityBackendQueries.GetEntityAsync(Counter, includeState: true))?.SerializedState;
}

/// <summary>An entity that appends texts, and orchestrations that call and lock it.</summary>
internal static class EntityHub
{
    public static Hub WithEntities(this Hub hub, Action<string>? before = null)
    {
        foreach (var name in new[] { "counter", "other" })
        {
            hub.Worker.AddTaskEntities(new Creator(name, before));
        }

        return hub;
    }

    /// <summary>"locker": reads the state and writes it back one longer, under a lock; "steal": takes the lock and ends without giving it back.</summary>
    public static Hub WithLockers(this Hub hub)
    {
        hub.Worker.AddTaskOrchestrations(
            new NameValueObjectCreator<TaskOrchestration>("locker", "", typeof(Locker)), new NameValueObjectCreator<TaskOrchestration>("steal", "", typeof(Thief)));
        return hub;
    }

    public static Task SignalAsync(this Hub hub, EntityId entity, string operation, string input, DateTime? due = null) =>
        hub.Service.SendTaskOrchestrationMessageAsync(ClientEntityHelpers.EmitOperationSignal(
            new OrchestrationInstance { InstanceId = entity.ToString() }, Guid.NewGuid(), operation, input, due is { } time ? (time, time) : null).AsTaskMessage());

    private sealed class Creator : ObjectCreator<TaskEntity>
    {
        private readonly Action<string>? before;

        public Creator(string name, Action<string>? before)
        {
            Name = name;
            Version = "";
            this.before = before;
        }

        public override TaskEntity Create() => new Appender(before);
    }

    private sealed class Appender(Action<string>? before) : TaskEntity
    {
        public override Task<EntityBatchResult> ExecuteOperationBatchAsync(EntityBatchRequest operations)
        {
            var state = operations.EntityState;
            var results = new List<OperationResult>();
            foreach (var operation in operations.Operations!)
            {
                before?.Invoke(operation.Operation!);
                state = operation.Operation switch
                {
                    "append" => state + "," + operation.Input,
                    "set" => operation.Input,
                    "delete" => null,
                    _ => state,
                };
                results.Add(new OperationResult { Result = state });
            }

            return Task.FromResult(new EntityBatchResult { Results = results, Actions = [], EntityState = state });
        }
    }

    /// <summary>Speaks to entities as the worker SDK does, which DurableTask.Core's own context cannot.</summary>
    internal abstract class Caller : TaskOrchestration<string, string>
    {
        private readonly Dictionary<string, TaskCompletionSource<string>> responses = [];
        private byte lastId;
        private OrchestrationEntityContext? entities;

        public override void RaiseEvent(OrchestrationContext context, string name, string input) => Response(name).TrySetResult(input);

        protected OrchestrationEntityContext Entities(OrchestrationContext context) =>
            entities ??= new OrchestrationEntityContext(context.OrchestrationInstance.InstanceId, context.OrchestrationInstance.ExecutionId, context);

        protected async Task LockAsync(OrchestrationContext context, EntityId entity)
        {
            var id = NextId(context);
            Send(context, Entities(context).EmitAcquireMessage(id, [entity]));
            var answer = await Response(id.ToString()).Task;
            Entities(context).CompleteAcquire(Entities(context).DeserializeEntityResponseEvent(answer), id);
        }

        protected async Task<string?> CallAsync(OrchestrationContext context, EntityId entity, string operation, string? input)
        {
            var id = NextId(context);
            var target = new OrchestrationInstance { InstanceId = entity.ToString() };
            Send(context, Entities(context).EmitRequestMessage(target, operation, oneWay: false, id, scheduledTimeUtc: null, input));
            return Entities(context).DeserializeEntityResponseEvent(await Response(id.ToString()).Task).Result;
        }

        protected static void Send(OrchestrationContext context, EntityMessageEvent message) =>
            context.SendEvent(message.TargetInstance, message.EventName, message.AsRawInput());

        /// <summary>The same in each replay, and another one in each instance.</summary>
        private Guid NextId(OrchestrationContext context)
        {
            var bytes = Guid.Parse(context.OrchestrationInstance.InstanceId).ToByteArray();
            bytes[0] ^= ++lastId;
            return new Guid(bytes);
        }

        private TaskCompletionSource<string> Response(string name)
        {
            if (!responses.TryGetValue(name, out var source))
            {
                responses.Add(name, source = new TaskCompletionSource<string>());
            }

            return source;
        }
    }

    internal sealed class Locker : Caller
    {
        public override async Task<string> RunTask(OrchestrationContext context, string input)
        {
            var entity = EntityId.FromString(input);
            await LockAsync(context, entity);
            var state = await CallAsync(context, entity, "get", null);
            await CallAsync(context, entity, "set", state + "x");
            foreach (var message in Entities(context).EmitLockReleaseMessages())
            {
                Send(context, message);
            }

            return state ?? "";
        }
    }

    internal sealed class Thief : Caller
    {
        public override async Task<string> RunTask(OrchestrationContext context, string input)
        {
            await LockAsync(context, EntityId.FromString(input));
            return "stolen";
        }
    }
}
