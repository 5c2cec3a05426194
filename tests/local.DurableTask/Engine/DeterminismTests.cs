using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableTask.Tests.Engine;

[TestClass]
public sealed class DeterminismTests
{
    readonly TemporaryDatabase database = new();

    [TestCleanup]
    public void Delete() => database.Dispose();

    [TestMethod]
    public async Task Changed_code_fails_with_what_was_expected_and_what_came()
    {
        await using (EngineHost before = await EngineHost.StartAsync(database.Path, tasks => tasks
            .AddOrchestratorFunc<int>("Change", async context =>
            {
                await context.CallActivityAsync("Old");
                return await context.WaitForExternalEvent<int>("Go");
            })
            .AddActivityFunc("Old", (TaskActivityContext _) => { })))
        {
            await before.Client.ScheduleNewOrchestrationInstanceAsync("Change", new StartOrchestrationOptions("changed"));
            await Eventually.TrueAsync(async () => (await before.Client.GetOrchestrationHistoryAsync("changed")).Count >= 6, "the activity is in the history");
        }

        await using EngineHost after = await EngineHost.StartAsync(database.Path, tasks => tasks
            .AddOrchestratorFunc<int>("Change", async context =>
            {
                await context.CallActivityAsync("New");
                return await context.WaitForExternalEvent<int>("Go");
            })
            .AddActivityFunc("New", (TaskActivityContext _) => { }));
        await after.Client.RaiseEventAsync("changed", "Go", 1);

        OrchestrationMetadata ended = await after.EndAsync("changed");
        Assert.AreEqual(OrchestrationRuntimeStatus.Failed, ended.RuntimeStatus);
        StringAssert.Contains(ended.FailureDetails!.ErrorMessage, "Non-Deterministic workflow detected: in turn 1");
        StringAssert.Contains(ended.FailureDetails.ErrorMessage, "Expected: TaskScheduled #0 'Old'. Actual: TaskScheduled #0 'New'.");
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task Awaiting_something_else_fails_with_an_explanation(bool whileAnActivityRuns)
    {
        TaskCompletionSource release = new();
        await using EngineHost host = await EngineHost.StartAsync(database.Path, tasks => tasks
            .AddOrchestratorFunc("Foreign", async context =>
            {
                Task activity = whileAnActivityRuns ? context.CallActivityAsync("Slow") : Task.CompletedTask;
                await Task.Delay(10);
                await activity;
            })
            .AddActivityFunc("Slow", async (TaskActivityContext _) => await release.Task));

        OrchestrationMetadata ended = await host.RunAsync("Foreign");
        release.SetResult();

        Assert.AreEqual(OrchestrationRuntimeStatus.Failed, ended.RuntimeStatus);
        StringAssert.StartsWith(ended.FailureDetails!.ErrorMessage, "An invalid asynchronous invocation was detected.");
    }

    [TestMethod]
    public async Task Calls_from_other_threads_fail_with_an_explanation()
    {
        await using EngineHost host = await EngineHost.StartAsync(database.Path, tasks => tasks
            .AddOrchestratorFunc("Foreign", async context =>
                await Task.Run(async () => await context.CallActivityAsync("Any")))
            .AddActivityFunc("Any", (TaskActivityContext _) => { }));

        OrchestrationMetadata ended = await host.RunAsync("Foreign");

        Assert.AreEqual(OrchestrationRuntimeStatus.Failed, ended.RuntimeStatus);
        StringAssert.StartsWith(ended.FailureDetails!.ErrorMessage, "An invalid asynchronous invocation was detected.");
    }

    [TestMethod]
    public async Task Awaits_that_need_no_context_stay_in_the_turn()
    {
        await using EngineHost host = await EngineHost.StartAsync(database.Path, tasks => tasks
            .AddOrchestratorFunc<int>("Configured", async context =>
            {
                int value = 0;
                for (int i = 0; i < 10; i++)
                {
                    value = await context.CallActivityAsync<int>("PlusOne", value).ConfigureAwait(false);
                    await context.CreateTimer(TimeSpan.Zero, CancellationToken.None).ConfigureAwait(false);
                }

                return value;
            })
            .AddActivityFunc<int, int>("PlusOne", (_, value) => value + 1));

        Assert.AreEqual(10, (await host.RunAsync("Configured")).ReadOutputAs<int>());
    }
}
