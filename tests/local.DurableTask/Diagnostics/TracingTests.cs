using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableTask.Tests.Diagnostics;

[TestClass]
[DoNotParallelize]
public sealed class TracingTests
{
    static readonly ActivitySource Own = new("DurableTask.Tests");

    readonly TemporaryDatabase database = new();

    [TestCleanup]
    public void Delete() => database.Dispose();

    [TestMethod]
    public async Task Spans_have_the_official_names_and_parents_also_across_a_restart()
    {
        ConcurrentQueue<Activity> ended = new();
        using ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name is "Microsoft.DurableTask" or "DurableTask.Tests",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        static void Tasks(DurableTaskRegistry tasks) => tasks
            .AddOrchestratorFunc<int>("Traced", async context =>
            {
                await context.CallActivityAsync("Work");
                await context.WaitForExternalEvent<int>("Go");
                await context.CreateTimer(TimeSpan.FromMilliseconds(5), CancellationToken.None);
                await context.CallActivityAsync("Work");
                return await context.CallSubOrchestratorAsync<int>("Child");
            })
            .AddOrchestratorFunc<int>("Child", _ => Task.FromResult(1))
            .AddActivityFunc("Work", (TaskActivityContext _) => { });
        string id;
        Activity client;
        await using (EngineHost first = await EngineHost.StartAsync(database.Path, Tasks))
        {
            using (client = Own.StartActivity("Test", ActivityKind.Client)!)
            {
                id = await first.Client.ScheduleNewOrchestrationInstanceAsync("Traced");
            }

            await Eventually.TrueAsync(() => ended.Any(span => span.OperationName == "activity:Work"), "the activity's span has ended");
        }

        await using (EngineHost second = await EngineHost.StartAsync(database.Path, Tasks))
        {
            await second.Client.RaiseEventAsync(id, "Go", 1);
            await second.EndAsync(id);
        }

        Activity created = ended.Single(span => span.OperationName == "create_orchestration:Traced");
        Activity orchestration = ended.Single(span => span.OperationName == "orchestration:Traced");
        Assert.AreEqual(client.Id, created.ParentId);
        Assert.AreEqual(created.Id, orchestration.ParentId);
        Assert.AreEqual(created.SpanId, orchestration.ParentSpanId);
        Assert.AreEqual(client.TraceId, orchestration.TraceId);
        Assert.AreEqual(id, orchestration.GetTagItem("durabletask.task.instance_id"));
        Assert.AreEqual("orchestration", orchestration.GetTagItem("durabletask.type"));
        foreach (string called in new[] { "activity:Work", "orchestration:Child", "orchestration:Traced:timer" })
        {
            List<Activity> spans = [.. ended.Where(span => span.OperationName == called)];
            Assert.IsNotEmpty(spans);
            Assert.IsTrue(spans.TrueForAll(span => span.ParentId == orchestration.Id && span.ParentSpanId == orchestration.SpanId), called);
        }

        Assert.AreEqual("Traced", created.GetTagItem("durabletask.task.name"));
        Assert.AreEqual(1, ended.Count(span => span.OperationName == "orchestration_event:Go"));
    }
}
