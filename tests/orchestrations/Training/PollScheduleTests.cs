using DurableMl.Orchestrations.Training;

namespace Orchestrations.Tests.Training;

[TestClass]
public class PollScheduleTests
{
    [TestMethod]
    public void A_day_of_waiting_takes_a_number_of_looks_that_history_can_bear()
    {
        TimeSpan waited = default;
        int looks = 0;
        while (waited < TimeSpan.FromDays(1))
        {
            waited += PollSchedule.Trial.After(waited);
            looks++;
        }

        Assert.IsTrue(looks is > 100 and < 1600, $"{looks}");
    }

    [TestMethod]
    public void Pauses_grow_from_the_shortest_to_the_longest()
    {
        Assert.AreEqual(TimeSpan.FromSeconds(1), PollSchedule.Trial.After(default));
        Assert.AreEqual(TimeSpan.FromSeconds(5), PollSchedule.Trial.After(TimeSpan.FromSeconds(100)));
        Assert.AreEqual(TimeSpan.FromMinutes(1), PollSchedule.Trial.After(TimeSpan.FromDays(3)));
    }
}
