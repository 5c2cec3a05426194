using Microsoft.Extensions.Time.Testing;

namespace FunctionsHost.Tests.Timers;

[TestClass]
public sealed class TimerTriggerTests
{
    private readonly Recorder recorder = new();

    [TestMethod]
    public async Task Timers_run_when_due_and_at_startup_and_missed_ones_are_made_up_for()
    {
        FakeTimeProvider clock = new(new DateTimeOffset(2026, 11, 23, 10, 30, 0, TimeSpan.Zero));
        await using (await StartAsync(clock, "one"))
        {
            await SeesAsync("startup");
            await AdvanceUntilAsync(clock, TimeSpan.FromMinutes(1), "hourly past-due=False status=True");
            Assert.AreEqual(0, recorder.Count("hourly past-due=True status=True"));
        }

        clock.Advance(TimeSpan.FromHours(5));
        await using (await StartAsync(clock, "one"))
        {
            await SeesAsync("hourly past-due=True status=True");
        }
    }

    [TestMethod]
    public async Task A_schedule_within_a_minute_has_no_status()
    {
        FakeTimeProvider clock = new(new DateTimeOffset(2026, 11, 23, 10, 30, 0, TimeSpan.Zero));
        await using RunningHost host = await StartAsync(clock, "two");
        await AdvanceUntilAsync(clock, TimeSpan.FromSeconds(1), "second status=False");
    }

    [TestMethod]
    public async Task A_failed_timer_function_is_retried_as_its_attribute_says()
    {
        await using RunningHost host = await StartAsync(new FakeTimeProvider(), "three");
        await SeesAsync("retry 2/2");
        CollectionAssert.AreEqual(
            new[] { "retry 0/2", "retry 1/2", "retry 2/2" },
            recorder.Entries.Where(e => e.StartsWith("retry", StringComparison.Ordinal)).ToArray()
        );
    }

    [TestMethod]
    public async Task A_retry_attribute_on_another_trigger_stops_the_start()
    {
        NotSupportedException error = await Assert.ThrowsExactlyAsync<NotSupportedException>(() =>
            RunningHost.StartAsync(typeof(RetriedHttpFunctions))
        );
        StringAssert.Contains(error.Message, "cannot-retry");
    }

    private async Task AdvanceUntilAsync(FakeTimeProvider clock, TimeSpan step, string entry) =>
        await Eventually.TrueAsync(
            () =>
            {
                clock.Advance(step);
                return recorder.Count(entry) > 0;
            },
            entry
        );

    private Task SeesAsync(string entry) => Eventually.TrueAsync(() => recorder.Count(entry) > 0, entry);

    private Task<RunningHost> StartAsync(FakeTimeProvider clock, string hostId) =>
        RunningHost.StartAsync(
            [typeof(TimerFunctions)],
            [
                ("AzureWebJobsStorage", Azurite.ConnectionString),
                ("EverySecond", "* * * * * *"),
                ("AzureFunctionsWebHost:hostid", $"timers-{hostId}"),
            ],
            builder =>
            {
                builder.Services.AddSingleton(recorder);
                builder.Services.AddSingleton<TimeProvider>(clock);
            }
        );
}
