using System.Text.Json.Nodes;

namespace Azure.Compute.Batch.Tests.JobSchedules;

[TestClass]
public sealed class JobScheduleTests
{
    [TestMethod]
    public async Task A_schedule_is_sent_as_the_rest_api_wants_it()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(201));
        var schedule = new BatchJobScheduleConfiguration
        {
            DoNotRunUntil = new DateTimeOffset(2026, 1, 1, 2, 0, 0, TimeSpan.FromHours(2)),
            RecurrenceInterval = TimeSpan.FromHours(6),
            StartWindow = TimeSpan.FromMinutes(10),
        };

        await service.Client().CreateJobScheduleAsync(
            new BatchJobScheduleCreateOptions("s", schedule, new BatchJobSpecification(new BatchPoolInfo { PoolId = "p" }) { Priority = 1 }));

        JsonNode expected = JsonNode.Parse("""
            {"id":"s","schedule":{"doNotRunUntil":"2026-01-01T00:00:00.0000000Z","startWindow":"PT10M","recurrenceInterval":"PT6H"},
             "jobSpecification":{"priority":1,"poolInfo":{"poolId":"p"}}}
            """)!;
        Assert.IsTrue(JsonNode.DeepEquals(expected, service.Request.Json), service.Request.Text);
    }

    [TestMethod]
    public async Task A_schedule_is_read()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(200, """
            {"id":"s","state":"active","creationTime":"2026-01-01T00:00:00Z","schedule":{"recurrenceInterval":"PT6H"},"jobSpecification":{"poolInfo":{"poolId":"p"}},
             "executionInfo":{"nextRunTime":"2026-01-01T06:00:00Z","recentJob":{"id":"s:job-1","url":"https://a/jobs/s:job-1"}},"stats":{"numSucceededTasks":"12","readIOGiB":1.5}}
            """));

        BatchJobSchedule schedule = await service.Client().GetJobScheduleAsync("s");

        Assert.AreEqual("s:job-1", schedule.ExecutionInfo.RecentJob.Id);
        Assert.AreEqual(TimeSpan.FromHours(6), schedule.Schedule.RecurrenceInterval);
        Assert.AreEqual(12, schedule.JobScheduleStatistics.SucceededTasksCount);
    }
}
