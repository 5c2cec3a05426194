using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DurableTask.Tests.Worker;

[TestClass]
public sealed class ShutdownTests
{
    readonly TemporaryDatabase database = new();

    [TestCleanup]
    public void Delete() => database.Dispose();

    [TestMethod]
    public async Task An_activity_that_fails_because_its_host_stops_is_run_again_by_the_next_worker()
    {
        TaskCompletionSource running = new();
        int runs = 0;
        string id;
        await using (EngineHost first = await EngineHost.StartAsync(
            database.Path,
            worker => Microsoft.DurableTask.Worker.DurableTaskWorkerBuilderExtensions.AddTasks(worker, tasks => tasks
                .AddOrchestratorFunc<int>("Once", context => context.CallActivityAsync<int>("Long"))
                .AddActivity<Long>()),
            services: services => services.AddSingleton(running)))
        {
            id = await first.Client.ScheduleNewOrchestrationInstanceAsync("Once");
            await running.Task.WaitAsync(first.Timeout);
        }

        await using EngineHost second = await EngineHost.StartAsync(database.Path, tasks => tasks
            .AddOrchestratorFunc<int>("Once", context => context.CallActivityAsync<int>("Long"))
            .AddActivityFunc<int>("Long", _ => Interlocked.Increment(ref runs)));
        OrchestrationMetadata ended = await second.EndAsync(id);
        Assert.AreEqual(OrchestrationRuntimeStatus.Completed, ended.RuntimeStatus);
        Assert.AreEqual(1, runs);
    }

    [TestMethod]
    public async Task Another_worker_of_the_process_takes_over_what_a_stopped_one_was_running()
    {
        TaskCompletionSource never = new();
        TaskCompletionSource running = new();
        await using EngineHost staying = await EngineHost.StartAsync(database.Path, worker: null);
        string id;
        await using (EngineHost first = await EngineHost.StartAsync(database.Path, tasks => tasks
            .AddOrchestratorFunc<int>("Once", context => context.CallActivityAsync<int>("Stuck"))
            .AddActivityFunc<int>("Stuck", async _ =>
            {
                running.TrySetResult();
                await never.Task;
                return 1;
            })))
        {
            id = await staying.Client.ScheduleNewOrchestrationInstanceAsync("Once");
            await running.Task.WaitAsync(first.Timeout);
        }

        await using EngineHost second = await EngineHost.StartAsync(database.Path, tasks => tasks
            .AddOrchestratorFunc<int>("Once", context => context.CallActivityAsync<int>("Stuck"))
            .AddActivityFunc<int>("Stuck", _ => 2));
        Assert.AreEqual(2, (await staying.EndAsync(id)).ReadOutputAs<int>());
        never.SetResult();
    }

    sealed class Long(IHostApplicationLifetime lifetime, TaskCompletionSource running) : TaskActivity<object?, int>
    {
        public override async Task<int> RunAsync(TaskActivityContext context, object? input)
        {
            running.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, lifetime.ApplicationStopping);
            return 0;
        }
    }
}
