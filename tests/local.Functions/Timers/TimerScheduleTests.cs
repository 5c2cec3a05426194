using DurableMl.Local.Functions.Timers;

namespace FunctionsHost.Tests.Timers;

[TestClass]
public sealed class TimerScheduleTests
{
    private static readonly DateTime From = new(2026, 11, 23, 10, 30, 15, DateTimeKind.Utc);

    [TestMethod]
    [DataRow("0 */5 * * * *", "2026-11-23T10:35:00")]
    [DataRow("*/5 * * * *", "2026-11-23T10:35:00")]
    [DataRow("30 9 * * 1-5", "2026-11-24T09:30:00")]
    [DataRow("0 0 0 * jan *", "2027-01-01T00:00:00")]
    [DataRow("01:00:00", "2026-11-23T11:30:15")]
    public void Cron_expressions_and_time_spans_give_the_next_occurrence(string schedule, string next) =>
        Assert.AreEqual(DateTime.Parse(next, System.Globalization.CultureInfo.InvariantCulture), new TimerSchedule(schedule).Next(From));

    [TestMethod]
    [DataRow("* * *")]
    [DataRow("99 * * * *")]
    [DataRow("-00:01:00")]
    public void Anything_else_is_refused_and_quoted(string schedule) =>
        StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => new TimerSchedule(schedule)).Message, $"'{schedule}'");
}
