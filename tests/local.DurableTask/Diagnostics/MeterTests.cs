using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.DurableTask;

namespace DurableTask.Tests.Diagnostics;

[TestClass]
[DoNotParallelize]
public sealed class MeterTests
{
    readonly TemporaryDatabase database = new();

    [TestCleanup]
    public void Delete() => database.Dispose();

    [TestMethod]
    public async Task Turns_commits_and_queues_are_measured_and_queues_come_back_to_zero()
    {
        ConcurrentDictionary<string, double> sums = new();
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == "Microsoft.DurableTask")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => sums.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value));
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => sums.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value));
        listener.Start();
        await using (EngineHost host = await EngineHost.StartAsync(database.Path, tasks => tasks
            .AddOrchestratorFunc<int>("One", context => context.CallActivityAsync<int>("PlusOne", 1))
            .AddActivityFunc<int, int>("PlusOne", (_, value) => value + 1)))
        {
            await host.RunAsync("One");
        }

        Assert.IsGreaterThan(0, sums["durabletask.turn.duration"]);
        Assert.IsGreaterThan(0, sums["durabletask.commit.duration"]);
        Assert.AreEqual(0, sums["durabletask.activities.queued"]);
        Assert.AreEqual(0, sums["durabletask.turns.queued"]);
        Assert.AreEqual(0, sums["durabletask.instances.resident"]);
    }
}
