using System.Reflection;
using DurableMl.Local.Functions.Invocation;

namespace FunctionsHost.Tests.Invocation;

[TestClass]
public sealed class RetryScheduleTests
{
    [Function("fixed")]
    [FixedDelayRetry(3, "00:00:10")]
    public static void Fixed([TimerTrigger("0 * * * *")] TimerInfo timer) { }

    [Function("growing")]
    [ExponentialBackoffRetry(-1, "00:00:04", "00:00:30")]
    public static void Growing([TimerTrigger("0 * * * *")] TimerInfo timer) { }

    [Function("wrong")]
    [FixedDelayRetry(3, "soon")]
    public static void Wrong([TimerTrigger("0 * * * *")] TimerInfo timer) { }

    [TestMethod]
    public void A_fixed_delay_stays_the_same_and_ends_after_the_last_retry()
    {
        RetrySchedule schedule = RetrySchedule.From(Function(nameof(Fixed)))!;
        Assert.AreEqual(TimeSpan.FromSeconds(10), schedule.Delay(1));
        Assert.AreEqual(TimeSpan.FromSeconds(10), schedule.Delay(3));
        Assert.IsTrue(schedule.Allows(3));
        Assert.IsFalse(schedule.Allows(4));
    }

    [TestMethod]
    public void A_growing_delay_doubles_up_to_its_maximum_and_minus_one_never_ends()
    {
        RetrySchedule schedule = RetrySchedule.From(Function(nameof(Growing)))!;
        CollectionAssert.AreEqual(
            new double[] { 4, 8, 16, 30, 30 },
            Enumerable.Range(1, 5).Select(i => schedule.Delay(i).TotalSeconds).ToArray()
        );
        Assert.AreEqual(TimeSpan.FromSeconds(30), schedule.Delay(int.MaxValue));
        Assert.IsTrue(schedule.Allows(int.MaxValue));
    }

    [TestMethod]
    public void A_delay_that_is_no_time_is_an_error_that_names_the_function() =>
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidOperationException>(() => RetrySchedule.From(Function(nameof(Wrong)))).Message,
            "'wrong'"
        );

    private static DiscoveredFunction Function(string method)
    {
        MethodInfo info = typeof(RetryScheduleTests).GetMethod(method)!;
        return new DiscoveredFunction(info.GetCustomAttribute<FunctionAttribute>()!.Name, info);
    }
}
