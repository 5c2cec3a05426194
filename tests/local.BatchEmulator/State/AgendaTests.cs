using DurableMl.Local.BatchEmulator.State;
using Microsoft.Extensions.Time.Testing;

namespace BatchEmulator.Tests.State;

[TestClass]
public sealed class AgendaTests
{
    [TestMethod]
    public void What_is_planned_happens_in_order_of_time_and_never_early()
    {
        var clock = new FakeTimeProvider();
        using var agenda = new Agenda(clock);
        var done = new List<string>();
        agenda.At(clock.GetUtcNow().AddHours(2), () => done.Add("later"));
        agenda.At(clock.GetUtcNow().AddHours(1), () =>
        {
            done.Add("first");
            agenda.At(clock.GetUtcNow().AddMinutes(1), () => done.Add("planned meanwhile"));
        });

        clock.Advance(TimeSpan.FromMinutes(59));
        Assert.IsEmpty(done);
        clock.Advance(TimeSpan.FromMinutes(1));
        clock.Advance(TimeSpan.FromMinutes(1));
        clock.Advance(TimeSpan.FromMinutes(59));

        CollectionAssert.AreEqual(new[] { "first", "planned meanwhile", "later" }, done);
    }

    [TestMethod]
    public void What_is_further_away_than_a_timer_reaches_happens_all_the_same()
    {
        var clock = new FakeTimeProvider();
        using var agenda = new Agenda(clock);
        var done = false;
        agenda.At(clock.GetUtcNow().AddDays(180), () => done = true);

        for (var day = 0; day < 179; day++)
        {
            clock.Advance(TimeSpan.FromDays(1));
        }

        Assert.IsFalse(done);
        clock.Advance(TimeSpan.FromDays(1));
        Assert.IsTrue(done);
    }

    [TestMethod]
    public void Nothing_happens_after_the_end()
    {
        var clock = new FakeTimeProvider();
        var agenda = new Agenda(clock);
        var done = false;
        agenda.At(clock.GetUtcNow().AddHours(1), () => done = true);

        agenda.Dispose();
        clock.Advance(TimeSpan.FromHours(2));

        Assert.IsFalse(done);
    }
}
