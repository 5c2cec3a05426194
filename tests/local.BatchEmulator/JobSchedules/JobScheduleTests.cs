using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;

namespace BatchEmulator.Tests.JobSchedules;

[TestClass]
public sealed class JobScheduleTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

    [TestMethod]
    public async Task A_schedule_that_does_not_recur_makes_one_job_and_is_completed_with_it()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.CreatePoolAsync();
        await emulator.Client.OkAsync("POST", "/jobschedules", Schedule(new JsonObject(), manager: "true"));

        JsonObject schedule = [];
        await Eventually.TrueAsync(async () => (string?)(schedule = await emulator.Client.OkAsync("GET", "/jobschedules/nightly"))["state"] == "completed", "the schedule is completed", () => schedule.ToJsonString());

        Assert.AreEqual("nightly:job-1", (string?)schedule["executionInfo"]!["recentJob"]!["id"]);
        Assert.AreEqual("completed", (string?)(await emulator.Client.OkAsync("GET", "/jobs/nightly:job-1"))["state"]);
        Assert.AreEqual("JobScheduleCompleted", await emulator.Client.FailsAsync(HttpStatusCode.Conflict, "POST", "/jobschedules/nightly/disable"));
        StringAssert.Contains(await emulator.FileAsync("manager", "stdout.txt", "nightly:job-1"), "");
    }

    [TestMethod]
    public async Task A_recurring_schedule_makes_a_job_each_time_but_never_two_at_once()
    {
        var clock = new FakeTimeProvider(Start);
        await using var emulator = await EmulatorFixture.StartAsync(clock: clock);
        await CreateEmptyPoolAsync(emulator);
        await emulator.Client.OkAsync("POST", "/jobschedules", Schedule(new JsonObject { ["recurrenceInterval"] = "PT1H" }));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.AreEqual(1, await CountAsync(emulator));

        // The first job is still active: the second waits for its end.
        clock.Advance(TimeSpan.FromMinutes(70));
        Assert.AreEqual(1, await CountAsync(emulator));
        await emulator.Client.OkAsync("POST", "/jobs/nightly:job-1/terminate");
        Assert.AreEqual(2, await CountAsync(emulator));
        await emulator.Client.OkAsync("POST", "/jobs/nightly:job-2/terminate");
        Assert.AreEqual(2, await CountAsync(emulator));
        clock.Advance(TimeSpan.FromMinutes(50));
        Assert.AreEqual(3, await CountAsync(emulator));
    }

    [TestMethod]
    public async Task What_comes_up_outside_the_start_window_is_lost()
    {
        var clock = new FakeTimeProvider(Start);
        await using var emulator = await EmulatorFixture.StartAsync(clock: clock);
        await CreateEmptyPoolAsync(emulator);
        await emulator.Client.OkAsync("POST", "/jobschedules", Schedule(new JsonObject { ["recurrenceInterval"] = "PT1H", ["startWindow"] = "PT5M" }));
        clock.Advance(TimeSpan.FromMinutes(66));

        await emulator.Client.OkAsync("POST", "/jobs/nightly:job-1/terminate");

        Assert.AreEqual(1, await CountAsync(emulator));
        clock.Advance(TimeSpan.FromMinutes(55));
        Assert.AreEqual(2, await CountAsync(emulator));
    }

    [TestMethod]
    public async Task A_schedule_waits_for_its_first_time_and_ends_after_its_last()
    {
        var clock = new FakeTimeProvider(Start);
        await using var emulator = await EmulatorFixture.StartAsync(clock: clock);
        await CreateEmptyPoolAsync(emulator);
        await emulator.Client.OkAsync("POST", "/jobschedules", Schedule(new JsonObject
        {
            ["doNotRunUntil"] = "2026-11-23T10:00:00Z", ["doNotRunAfter"] = "2026-11-23T11:30:00Z", ["recurrenceInterval"] = "PT1H",
        }));
        clock.Advance(TimeSpan.FromMinutes(119));
        Assert.AreEqual(0, await CountAsync(emulator));
        clock.Advance(TimeSpan.FromMinutes(2));
        Assert.AreEqual(1, await CountAsync(emulator));
        await emulator.Client.OkAsync("POST", "/jobs/nightly:job-1/terminate");

        clock.Advance(TimeSpan.FromMinutes(30));
        Assert.AreEqual("active", (string?)(await emulator.Client.OkAsync("GET", "/jobschedules/nightly"))["state"]);
        clock.Advance(TimeSpan.FromMinutes(30));
        await emulator.Client.OkAsync("POST", "/jobs/nightly:job-2/terminate");
        clock.Advance(TimeSpan.FromHours(3));

        Assert.AreEqual("completed", (string?)(await emulator.Client.OkAsync("GET", "/jobschedules/nightly"))["state"]);
        Assert.AreEqual(2, await CountAsync(emulator));
    }

    [TestMethod]
    public async Task A_disabled_schedule_makes_no_jobs_and_keeps_its_times_when_enabled_again()
    {
        var clock = new FakeTimeProvider(Start);
        await using var emulator = await EmulatorFixture.StartAsync(clock: clock);
        await CreateEmptyPoolAsync(emulator);
        await emulator.Client.OkAsync("POST", "/jobschedules", Schedule(new JsonObject { ["recurrenceInterval"] = "PT1H" }));
        clock.Advance(TimeSpan.FromSeconds(1));
        await emulator.Client.OkAsync("POST", "/jobs/nightly:job-1/terminate");
        await emulator.Client.OkAsync("POST", "/jobschedules/nightly/disable");
        clock.Advance(TimeSpan.FromMinutes(150));
        Assert.AreEqual(1, await CountAsync(emulator));

        await emulator.Client.OkAsync("POST", "/jobschedules/nightly/enable");

        Assert.AreEqual("2026-11-23T11:00:00.0000000Z", (string?)(await emulator.Client.OkAsync("GET", "/jobschedules/nightly"))["executionInfo"]!["nextRunTime"]);
        clock.Advance(TimeSpan.FromMinutes(31));
        Assert.AreEqual(2, await CountAsync(emulator));
    }

    [TestMethod]
    public async Task Terminating_a_schedule_ends_its_job_and_deleting_it_takes_all_jobs_away()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await CreateEmptyPoolAsync(emulator);
        await emulator.Client.OkAsync("POST", "/jobschedules", Schedule(new JsonObject { ["recurrenceInterval"] = "PT1H" }));
        await Eventually.TrueAsync(async () => await CountAsync(emulator) == 1, "there is a job");

        await emulator.Client.OkAsync("POST", "/jobschedules/nightly/terminate");

        Assert.AreEqual("completed", (string?)(await emulator.Client.OkAsync("GET", "/jobschedules/nightly"))["state"]);
        Assert.AreEqual("TerminateJobSchedule", (string?)(await emulator.Client.OkAsync("GET", "/jobs/nightly:job-1"))["executionInfo"]!["terminateReason"]);
        await emulator.Client.OkAsync("DELETE", "/jobschedules/nightly");
        await emulator.Client.FailsAsync(HttpStatusCode.NotFound, "GET", "/jobschedules/nightly");
        await emulator.Client.FailsAsync(HttpStatusCode.NotFound, "GET", "/jobs/nightly:job-1");
    }

    [TestMethod]
    public async Task The_jobs_of_a_schedule_can_share_an_auto_pool()
    {
        var clock = new FakeTimeProvider(Start);
        await using var emulator = await EmulatorFixture.StartAsync(clock: clock);
        await emulator.Client.OkAsync("POST", "/jobschedules", Schedule(new JsonObject { ["recurrenceInterval"] = "PT1H" }, pool: new JsonObject
        {
            ["autoPoolSpecification"] = new JsonObject { ["poolLifetimeOption"] = "jobSchedule", ["pool"] = new JsonObject { ["vmSize"] = "s", ["targetDedicatedNodes"] = 0 } },
        }));
        clock.Advance(TimeSpan.FromSeconds(1));
        await emulator.Client.OkAsync("POST", "/jobs/nightly:job-1/terminate");
        clock.Advance(TimeSpan.FromHours(1));
        Assert.AreEqual(2, await CountAsync(emulator));
        Assert.HasCount(1, (await emulator.Client.OkAsync("GET", "/pools"))["value"]!.AsArray());

        await emulator.Client.OkAsync("DELETE", "/jobschedules/nightly");

        Assert.HasCount(0, (await emulator.Client.OkAsync("GET", "/pools"))["value"]!.AsArray());
    }

    [TestMethod]
    public async Task A_recurrence_of_less_than_a_minute_is_refused()
    {
        await using var emulator = await EmulatorFixture.StartAsync();

        Assert.AreEqual("InvalidPropertyValue", await emulator.Client.FailsAsync(HttpStatusCode.BadRequest, "POST", "/jobschedules", Schedule(new JsonObject { ["recurrenceInterval"] = "PT59S" })));
    }

    private static Task CreateEmptyPoolAsync(EmulatorFixture emulator) => emulator.Client.OkAsync("POST", "/pools", new JsonObject { ["id"] = "pool", ["vmSize"] = "s" });

    private static async Task<int> CountAsync(EmulatorFixture emulator) => (await emulator.Client.OkAsync("GET", "/jobschedules/nightly/jobs"))["value"]!.AsArray().Count;

    private static JsonObject Schedule(JsonObject schedule, string? manager = null, JsonObject? pool = null)
    {
        var specification = new JsonObject { ["poolInfo"] = pool ?? new JsonObject { ["poolId"] = "pool" } };
        if (manager is not null)
        {
            specification["jobManagerTask"] = new JsonObject { ["id"] = "manager", ["commandLine"] = manager };
        }

        return new JsonObject { ["id"] = "nightly", ["schedule"] = schedule, ["jobSpecification"] = specification };
    }
}
