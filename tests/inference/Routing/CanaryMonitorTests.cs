using DurableMl.Inference.Routing;

namespace Inference.Tests.Routing;

[TestClass]
public sealed class CanaryMonitorTests
{
    [TestMethod]
    public void It_waits_for_enough_requests_and_says_once_that_too_many_failed()
    {
        var monitor = new CanaryMonitor(new() { MinRequests = 4, Window = 10, MaxErrorRate = 0.5 });
        for (int i = 0; i < 3; i++)
        {
            Assert.IsNull(monitor.Record(failure: true, TimeSpan.Zero));
        }

        Assert.Contains("4 of the latest 4", monitor.Record(failure: true, TimeSpan.Zero)!);
        Assert.IsTrue(monitor.IsTripped);
        Assert.IsNull(monitor.Record(failure: true, TimeSpan.Zero));
    }

    [TestMethod]
    public void Failures_that_have_left_the_window_are_forgiven()
    {
        var monitor = new CanaryMonitor(new() { MinRequests = 10, Window = 10, MaxErrorRate = 0.2 });
        for (int i = 0; i < 50; i++)
        {
            // Two of any ten in a row: as many as may.
            Assert.IsNull(monitor.Record(failure: i % 5 == 0, TimeSpan.Zero), $"request {i}");
        }

        Assert.Contains("3 of the latest 10", monitor.Record(failure: true, TimeSpan.Zero) ?? monitor.Record(failure: true, TimeSpan.Zero)!);
    }

    [TestMethod]
    public void It_trips_when_more_than_one_in_twenty_is_slow()
    {
        var monitor = new CanaryMonitor(new() { MinRequests = 20, Window = 100, MaxLatencyMilliseconds = 10 });
        Assert.IsNull(monitor.Record(failure: false, TimeSpan.FromMilliseconds(11)));
        for (int i = 0; i < 19; i++)
        {
            Assert.IsNull(monitor.Record(failure: false, TimeSpan.FromMilliseconds(10)));
        }

        Assert.Contains("2 of the latest 21", monitor.Record(failure: false, TimeSpan.FromMilliseconds(11))!);
    }
}
