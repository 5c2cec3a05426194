using DurableTask.Core;

namespace DurableTask.Sqlite.Tests;

[TestClass]
public sealed class OrchestrationTests
{
    [TestMethod]
    public async Task Five_steps_run_one_after_the_other()
    {
        await using var hub = await new Hub()
            .Activity("add", (int number) => number + 1)
            .Orchestration("five", async (OrchestrationContext context, int number) =>
            {
                for (var i = 0; i < 5; i++)
                {
                    number = await context.ScheduleTask<int>("add", "", number);
                }

                return number;
            })
            .StartAsync();

        var state = await hub.RunAsync("five", 10);

        Assert.AreEqual(OrchestrationStatus.Completed, state.OrchestrationStatus);
        Assert.AreEqual("15", state.Output);
        Assert.AreEqual("10", state.Input);
    }
}
