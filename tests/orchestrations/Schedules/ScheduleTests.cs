using System.Globalization;
using System.Text;
using System.Text.Json;
using DurableMl.Orchestrations.Schedules;
using DurableMl.Orchestrations.Workflows;
using Microsoft.DurableTask.Client;
using Orchestrations.Tests.Fixtures;
using Orchestrations.Tests.Workflows;

namespace Orchestrations.Tests.Schedules;

[TestClass]
public sealed class ScheduleTests
{
    [TestMethod]
    [DataRow("0 3 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z", "summer time has begun")]
    [DataRow("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z", "half past two does not exist on that day")]
    [DataRow("0 3 * * *", null, "2026-03-28T12:00:00Z", "2026-03-29T03:00:00Z", "UTC")]
    [DataRow("*/10 * * * * *", null, "2026-01-01T00:00:01Z", "2026-01-01T00:00:10Z", "seconds first")]
    public void Times_go_by_the_clock_of_the_time_zone(string cron, string? zone, string after, string next, string why) =>
        Assert.AreEqual(At(next), new Schedule("w", Cron: cron, TimeZone: zone).Next(At(after)), why);

    [TestMethod]
    public void Nothing_is_started_before_the_start_or_after_the_end()
    {
        var schedule = new Schedule("w", Cron: "0 * * * *", Start: At("2026-01-01T10:00:00Z"), End: At("2026-01-01T11:30:00Z"));

        Assert.AreEqual(At("2026-01-01T10:00:00Z"), schedule.Next(At("2026-01-01T00:00:00Z")), "the start itself counts");
        Assert.AreEqual(At("2026-01-01T11:00:00Z"), schedule.Next(At("2026-01-01T10:00:00Z")));
        Assert.IsNull(schedule.Next(At("2026-01-01T11:00:00Z")));
        Assert.IsNull(new Schedule("w", At: At("2026-01-01T00:00:00Z")).Next(At("2026-01-01T00:00:00Z")), "once is once");
    }

    [TestMethod]
    [DataRow(ScheduleCatchUp.Last, 1, 23)]
    [DataRow(ScheduleCatchUp.None, 0, 24)]
    [DataRow(ScheduleCatchUp.All, 24, 0)]
    public void Times_that_passed_in_an_outage_are_made_up_for_as_the_schedule_says(ScheduleCatchUp catchUp, int started, int skipped)
    {
        var (due, left) = StartScheduled.Choose(new Schedule("w", Cron: "0 * * * *", CatchUp: catchUp), At("2026-01-01T00:30:00Z"), At("2026-01-02T00:30:00Z"));

        Assert.AreEqual((started, skipped), (due.Count, left));
        Assert.IsTrue(started == 0 || due[^1] == At("2026-01-02T00:00:00Z"));
    }

    [TestMethod]
    [DataRow("""{}""", "$ must have either a workflow or a pipeline")]
    [DataRow("""{"workflow":"w","pipeline":{},"cron":"0 3 * * *"}""", "$ must have either a workflow or a pipeline")]
    [DataRow("""{"workflow":"w"}""", "$ must have either cron or at")]
    [DataRow("""{"workflow":"w","cron":"61 * * * *"}""", "$.cron must have five fields")]
    [DataRow("""{"workflow":"w","cron":"0 3 * * *","timeZone":"Mars"}""", "$.timeZone must be a time zone")]
    [DataRow("""{"workflow":"w","cron":"0 3 * * *","start":"2026-01-02T00:00:00Z","end":"2026-01-01T00:00:00Z"}""", "$.end must be later")]
    [DataRow("""{"pipeline":{},"input":1,"cron":"0 3 * * *"}""", "$ has a version or an input")]
    public void What_is_wrong_is_said_with_its_place(string json, string said)
    {
        var errors = JsonSerializer.Deserialize<Schedule>(json, JsonSerializerOptions.Web)!.Check();

        StringAssert.Contains(string.Join('\n', errors.Select(error => $"{error.Path} {error.Reason}")), said);
    }

    [TestMethod]
    public async Task A_schedule_starts_executions_skips_what_overlaps_replaces_on_request_and_ends_when_it_is_removed()
    {
        var blobs = await Storage.BlobsAsync();
        var workflows = new WorkflowStore(blobs, new WorkflowResources(new WorkflowOptions()), TimeProvider.System);
        var store = new ScheduleStore(blobs, TimeProvider.System);
        WorkflowHub hub = null!;
        var activity = new StartScheduled(store, new ExecutionStarter(workflows, TimeProvider.System), null!, TimeProvider.System);
        await using var started = hub = await WorkflowHub.StartAsync(
            tasks => tasks.AddActivityFunc<string, ScheduleTurn>(nameof(StartScheduled), (_, name) => activity.RunAsync(name, hub.Hub.Client, CancellationToken.None)));
        var workflow = Storage.NewName("wf");
        await workflows.PushAsync(workflow, Encoding.UTF8.GetBytes("""{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":3600,"End":true}}}"""), null, hub.Hub.Timeout);
        var name = Storage.NewName("s");

        await store.PutAsync(hub.Hub.Client, name, new Schedule(workflow, Cron: "* * * * * *"), hub.Hub.Timeout);
        var waiting = await UntilAsync(document => document.Skipped >= 2);
        await store.PutAsync(hub.Hub.Client, name, new Schedule(workflow, Cron: "* * * * * *", Overlap: ScheduleOverlap.Replace), hub.Hub.Timeout);
        await UntilAsync(document => document.LastId != waiting.LastId);
        var replaced = await hub.EndAsync(waiting.LastId!);
        await store.RemoveAsync(hub.Hub.Client, name, hub.Hub.Timeout);

        Assert.AreEqual(("ABORTED", "the schedule has started the next"), (replaced.Status, replaced.Cause));
        await hub.Hub.UntilAsync(ScheduleStore.InstanceOf(name), instance => instance.RuntimeStatus == OrchestrationRuntimeStatus.Completed);
        Assert.IsNull(await store.ReadAsync(name, hub.Hub.Timeout));

        Task<ScheduleDocument> UntilAsync(Func<ScheduleDocument, bool> wanted) => Eventually.GetAsync(
            async () => await store.ReadAsync(name, hub.Hub.Timeout) is { LastId: not null } document && wanted(document) ? document : null, "the schedule is as wanted");
    }

    [TestMethod]
    public async Task What_cannot_be_started_is_said_in_the_schedule_and_it_goes_on()
    {
        var blobs = await Storage.BlobsAsync();
        var store = new ScheduleStore(blobs, TimeProvider.System);
        var workflows = new WorkflowStore(blobs, new WorkflowResources(new WorkflowOptions()), TimeProvider.System);
        var activity = new StartScheduled(store, new ExecutionStarter(workflows, TimeProvider.System), null!, TimeProvider.System);
        await using var hub = await WorkflowHub.StartAsync();
        var name = Storage.NewName("s");
        await store.ChangeAsync(name, _ => new ScheduleDocument(name, new Schedule("nosuch", Cron: "* * * * *"), DateTimeOffset.UnixEpoch), hub.Hub.Timeout);

        var turn = await activity.RunAsync(name, hub.Hub.Client, hub.Hub.Timeout);

        Assert.IsFalse(turn.IsOver);
        Assert.AreEqual("There is no workflow 'nosuch'.", (await store.ReadAsync(name, hub.Hub.Timeout))!.Problem);
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
