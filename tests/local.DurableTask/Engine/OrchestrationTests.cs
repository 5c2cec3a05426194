using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableTask.Tests.Engine;

[TestClass]
public sealed class OrchestrationTests
{
    readonly TemporaryDatabase database = new();

    [TestCleanup]
    public void Delete() => database.Dispose();

    [TestMethod]
    public async Task An_activity_gets_its_input_and_gives_its_result()
    {
        await using EngineHost host = await EngineHost.StartAsync(database.Path, tasks => tasks
            .AddOrchestratorFunc<string, string>("Greet", (context, name) => context.CallActivityAsync<string>("Hello", name))
            .AddActivityFunc<string, string>("Hello", (_, name) => $"Hello, {name}!"));

        OrchestrationMetadata ended = await host.RunAsync("Greet", "World");

        Assert.AreEqual(OrchestrationRuntimeStatus.Completed, ended.RuntimeStatus);
        Assert.AreEqual("Hello, World!", ended.ReadOutputAs<string>());
    }

    [TestMethod]
    public async Task A_chain_runs_step_by_step()
    {
        await using EngineHost host = await EngineHost.StartAsync(database.Path, tasks => tasks
            .AddOrchestratorFunc<int, int>("Chain", async (context, steps) =>
            {
                int value = 0;
                for (int i = 0; i < steps; i++)
                {
                    value = await context.CallActivityAsync<int>("PlusOne", value);
                }

                return value;
            })
            .AddActivityFunc<int, int>("PlusOne", (_, value) => value + 1));

        Assert.AreEqual(1000, (await host.RunAsync("Chain", 1000)).ReadOutputAs<int>());
    }

    [TestMethod]
    [DataRow(10)]
    [DataRow(2000)]
    public async Task A_fan_out_gathers_all_results(int width)
    {
        await using EngineHost host = await EngineHost.StartAsync(database.Path, tasks => tasks
            .AddOrchestratorFunc<int, int>("Fan", async (context, count) =>
                (await Task.WhenAll(Enumerable.Range(0, count).Select(i => context.CallActivityAsync<int>("Square", i)))).Sum())
            .AddActivityFunc<int, int>("Square", (_, value) => value % 10));

        Assert.AreEqual(Enumerable.Range(0, width).Sum(i => i % 10), (await host.RunAsync("Fan", width)).ReadOutputAs<int>());
    }

    [TestMethod]
    public async Task Sub_orchestrations_nest()
    {
        await using EngineHost host = await EngineHost.StartAsync(database.Path, tasks => tasks
            .AddOrchestratorFunc<int, int>("Nest", async (context, level) =>
                level == 3 ? 5 : 5 + await context.CallSubOrchestratorAsync<int>("Nest", level + 1)));

        Assert.AreEqual(15, (await host.RunAsync("Nest", 1)).ReadOutputAs<int>());
    }

    [TestMethod]
    public async Task The_first_turns_are_replayed()
    {
        await using EngineHost host = await EngineHost.StartAsync(database.Path, tasks => tasks
            .AddOrchestratorFunc("Replay", async context =>
            {
                List<bool> replaying = [context.IsReplaying];
                await context.CreateTimer(TimeSpan.Zero, CancellationToken.None);
                replaying.Add(context.IsReplaying);
                await context.CreateTimer(TimeSpan.Zero, CancellationToken.None);
                replaying.Add(context.IsReplaying);
                return replaying;
            }));

        CollectionAssert.AreEqual(new[] { true, true, false }, (await host.RunAsync("Replay")).ReadOutputAs<List<bool>>());
    }

    [TestMethod]
    public async Task Events_come_in_order_and_are_kept_until_they_are_waited_for()
    {
        await using EngineHost host = await EngineHost.StartAsync(database.Path, tasks => tasks
            .AddOrchestratorFunc("Events", async context =>
            {
                List<int> events = [];
                for (int i = 0; i < 100; i++)
                {
                    events.Add(await context.WaitForExternalEvent<int>("event"));
                }

                return events;
            }));
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Events");
        for (int i = 0; i < 100; i++)
        {
            await host.Client.RaiseEventAsync(id, "Event", i);
        }

        CollectionAssert.AreEqual(Enumerable.Range(0, 100).ToList(), (await host.EndAsync(id)).ReadOutputAs<List<int>>());
    }

    [TestMethod]
    public async Task The_newest_waiter_is_served_first()
    {
        await using EngineHost host = await EngineHost.StartAsync(database.Path, tasks => tasks
            .AddOrchestratorFunc("Wait", async context =>
            {
                List<Task<int>> waiters = [.. Enumerable.Range(0, 5).Select(_ => context.WaitForExternalEvent<int>("Event"))];
                return await Task.WhenAll(waiters);
            }));
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Wait");
        await host.Client.WaitForInstanceStartAsync(id, host.Timeout);
        for (int i = 0; i < 5; i++)
        {
            await host.Client.RaiseEventAsync(id, "Event", i);
        }

        CollectionAssert.AreEqual(new[] { 4, 3, 2, 1, 0 }, (await host.EndAsync(id)).ReadOutputAs<int[]>());
    }

    [TestMethod]
    public async Task Continue_as_new_starts_over_with_events_that_nobody_received()
    {
        await using EngineHost host = await EngineHost.StartAsync(database.Path, tasks => tasks
            .AddOrchestratorFunc<int, int>("Loop", async (context, count) =>
            {
                await context.WaitForExternalEvent<string>("Event");
                if (++count < 10)
                {
                    context.ContinueAsNew(count);
                }

                return count;
            }));
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Loop", 0);
        for (int i = 0; i < 10; i++)
        {
            await host.Client.RaiseEventAsync(id, "Event");
        }

        Assert.AreEqual(10, (await host.EndAsync(id)).ReadOutputAs<int>());
    }

    [TestMethod]
    public async Task An_activity_that_throws_fails_its_caller_with_all_details()
    {
        await using EngineHost host = await EngineHost.StartAsync(database.Path, tasks => tasks
            .AddOrchestratorFunc("Faulty", async context => await context.CallActivityAsync("Throw"))
            .AddActivityFunc("Throw", (TaskActivityContext _) => throw new InvalidOperationException("Outer!", new FormatException("Inner!"))));

        OrchestrationMetadata ended = await host.RunAsync("Faulty");

        Assert.AreEqual(OrchestrationRuntimeStatus.Failed, ended.RuntimeStatus);
        Assert.AreEqual(typeof(TaskFailedException).FullName, ended.FailureDetails!.ErrorType);
        Assert.AreEqual("Task 'Throw' (#0) failed with an unhandled exception: Outer!", ended.FailureDetails.ErrorMessage);
        StringAssert.Contains(ended.FailureDetails.StackTrace!, nameof(An_activity_that_throws_fails_its_caller_with_all_details));
        Assert.IsTrue(ended.FailureDetails.InnerFailure!.IsCausedBy<InvalidOperationException>());
        Assert.IsTrue(ended.FailureDetails.InnerFailure.InnerFailure!.IsCausedBy<FormatException>());
        Assert.AreEqual("Inner!", ended.FailureDetails.InnerFailure.InnerFailure.ErrorMessage);
    }

    [TestMethod]
    public async Task An_orchestrator_that_throws_fails_with_its_own_stack_trace()
    {
        string? stack = null;
        await using EngineHost host = await EngineHost.StartAsync(database.Path, tasks => tasks.AddOrchestratorFunc("Throw", _ =>
        {
            // On one line, so that both traces have the same line number.
            stack = Environment.StackTrace.Replace("at System.Environment.get_StackTrace()", string.Empty, StringComparison.Ordinal).TrimStart(); throw new TimeoutException("Boom.");
        }));

        OrchestrationMetadata ended = await host.RunAsync("Throw");

        Assert.AreEqual(typeof(TimeoutException).FullName, ended.FailureDetails!.ErrorType);
        Assert.AreEqual("Boom.", ended.FailureDetails.ErrorMessage);
        StringAssert.Contains(ended.FailureDetails.StackTrace!, stack![..300]);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(10)]
    public async Task A_retry_policy_limits_the_attempts(int attempts)
    {
        int seen = 0;
        await using EngineHost host = await EngineHost.StartAsync(database.Path, tasks => tasks
            .AddOrchestratorFunc("Retry", context => context.CallActivityAsync(
                "Throw", TaskOptions.FromRetryPolicy(new RetryPolicy(attempts, TimeSpan.FromMilliseconds(1)))))
            .AddActivityFunc("Throw", (TaskActivityContext _) =>
            {
                Interlocked.Increment(ref seen);
                throw new InvalidOperationException("No.");
            }));

        Assert.AreEqual(OrchestrationRuntimeStatus.Failed, (await host.RunAsync("Retry")).RuntimeStatus);
        Assert.AreEqual(attempts, seen);
    }

    [TestMethod]
    public async Task Work_goes_on_after_the_worker_has_gone_and_come()
    {
        static void Tasks(DurableTaskRegistry tasks) => tasks
            .AddOrchestratorFunc<int>("Steps", async context =>
            {
                int first = await context.CallActivityAsync<int>("One");
                int second = await context.WaitForExternalEvent<int>("Two");
                await context.CreateTimer(TimeSpan.FromMilliseconds(20), CancellationToken.None);
                return first + second + await context.CallActivityAsync<int>("One");
            })
            .AddActivityFunc<int>("One", _ => 1);
        string id;
        await using (EngineHost clientOnly = await EngineHost.StartAsync(database.Path, worker: null))
        {
            id = await clientOnly.Client.ScheduleNewOrchestrationInstanceAsync("Steps");
        }

        await using (EngineHost first = await EngineHost.StartAsync(database.Path, Tasks))
        {
            await first.Client.WaitForInstanceStartAsync(id, first.Timeout);
        }

        await using EngineHost second = await EngineHost.StartAsync(database.Path, Tasks);
        await second.Client.RaiseEventAsync(id, "Two", 2);
        Assert.AreEqual(4, (await second.EndAsync(id)).ReadOutputAs<int>());
    }

    [TestMethod]
    public async Task A_suspended_orchestration_waits_until_it_is_resumed()
    {
        await using EngineHost host = await EngineHost.StartAsync(database.Path, tasks => tasks
            .AddOrchestratorFunc<string>("Wait", context => context.WaitForExternalEvent<string>("Event")));
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Wait");
        await host.Client.WaitForInstanceStartAsync(id, host.Timeout);
        await host.Client.SuspendInstanceAsync(id, "lunch");
        await Eventually.TrueAsync(async () => (await host.Client.GetInstanceAsync(id))!.RuntimeStatus == OrchestrationRuntimeStatus.Suspended, "it is suspended");
        await host.Client.RaiseEventAsync(id, "Event", "done");
        await host.Client.ResumeInstanceAsync(id);

        Assert.AreEqual("done", (await host.EndAsync(id)).ReadOutputAs<string>());
    }

    [TestMethod]
    public async Task A_terminated_orchestration_has_the_given_output()
    {
        await using EngineHost host = await EngineHost.StartAsync(database.Path, tasks => tasks
            .AddOrchestratorFunc("Sleep", context => context.CreateTimer(TimeSpan.FromDays(400), CancellationToken.None)));
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Sleep");
        await host.Client.WaitForInstanceStartAsync(id, host.Timeout);
        await host.Client.TerminateInstanceAsync(id, "enough");

        OrchestrationMetadata ended = await host.EndAsync(id);
        Assert.AreEqual(OrchestrationRuntimeStatus.Terminated, ended.RuntimeStatus);
        Assert.AreEqual("enough", ended.ReadOutputAs<string>());
        Assert.AreEqual(1, (await host.Client.PurgeInstanceAsync(id)).PurgedInstanceCount);
        Assert.IsNull(await host.Client.GetInstanceAsync(id));
    }
}
