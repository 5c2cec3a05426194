using System.Text.Json.Nodes;

namespace Azure.Compute.Batch.Tests.Jobs;

[TestClass]
public sealed class JobTests
{
    [TestMethod]
    public async Task A_job_is_sent_as_the_rest_api_wants_it()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(201));
        var job = new BatchJobCreateOptions("run-1", new BatchPoolInfo { PoolId = "spot" })
        {
            Priority = -5,
            UsesTaskDependencies = true,
            MaxParallelTasks = 4,
            AllTasksCompleteMode = BatchAllTasksCompleteMode.TerminateJob,
            TaskFailureMode = BatchTaskFailureMode.PerformExitOptionsJobAction,
            Constraints = new BatchJobConstraints { MaxWallClockTime = TimeSpan.FromDays(1), MaxTaskRetryCount = -1 },
            JobPreparationTask = new BatchJobPreparationTask("/bin/true") { WaitForSuccess = true, RerunOnNodeRebootAfterSuccess = false },
            JobReleaseTask = new BatchJobReleaseTask("/bin/true"),
            CommonEnvironmentSettings = { new EnvironmentSetting("A") { Value = "1" } },
            Metadata = { new BatchMetadataItem("run", "1") },
        };

        await service.Client().CreateJobAsync(job);

        JsonNode expected = JsonNode.Parse("""
            {
              "id": "run-1", "usesTaskDependencies": true, "priority": -5, "maxParallelTasks": 4,
              "constraints": { "maxWallClockTime": "P1D", "maxTaskRetryCount": -1 },
              "jobPreparationTask": { "commandLine": "/bin/true", "waitForSuccess": true, "rerunOnNodeRebootAfterSuccess": false },
              "jobReleaseTask": { "commandLine": "/bin/true" },
              "commonEnvironmentSettings": [{ "name": "A", "value": "1" }],
              "poolInfo": { "poolId": "spot" },
              "onAllTasksComplete": "terminatejob", "onTaskFailure": "performexitoptionsjobaction",
              "metadata": [{ "name": "run", "value": "1" }]
            }
            """)!;
        Assert.IsTrue(JsonNode.DeepEquals(expected, service.Request.Json), service.Request.Text);
    }

    [TestMethod]
    public async Task A_job_on_a_pool_of_its_own_describes_the_pool()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(201));
        var poolInfo = new BatchPoolInfo
        {
            AutoPoolSpecification = new BatchAutoPoolSpecification(BatchPoolLifetimeOption.Job)
            {
                AutoPoolIdPrefix = "auto",
                KeepAlive = false,
                Pool = new BatchPoolSpecification("standard_d2_v3") { TargetLowPriorityNodes = 2 },
            },
        };

        await service.Client().CreateJobAsync(new BatchJobCreateOptions("j", poolInfo));

        JsonNode expected = JsonNode.Parse("""
            {"id":"j","poolInfo":{"autoPoolSpecification":{"autoPoolIdPrefix":"auto","poolLifetimeOption":"job","keepAlive":false,
              "pool":{"vmSize":"standard_d2_v3","targetLowPriorityNodes":2}}}}
            """)!;
        Assert.IsTrue(JsonNode.DeepEquals(expected, service.Request.Json), service.Request.Text);
    }

    [TestMethod]
    public async Task Replacing_a_job_sends_back_only_what_can_be_changed()
    {
        await using RecordingService service = await RecordingService.StartAsync(
            new Answer(200, """
                {"id":"j","url":"https://a/jobs/j","eTag":"0x1","state":"active","creationTime":"2026-01-01T00:00:00Z","priority":0,
                 "poolInfo":{"poolId":"p"},"onTaskFailure":"noaction","onAllTasksComplete":"noaction","usesTaskDependencies":false,
                 "metadata":[{"name":"a","value":"b"}],"executionInfo":{"startTime":"2026-01-01T00:00:00Z","poolId":"p"}}
                """),
            new Answer(200));
        BatchClient client = service.Client();
        BatchJob job = await client.GetJobAsync("j");

        job.Priority = 7;
        job.Metadata.Add(new BatchMetadataItem("c", "d"));
        await client.ReplaceJobAsync("j", job);

        RecordedRequest request = service.Requests[1];
        Assert.AreEqual("PUT", request.Method);
        JsonNode expected = JsonNode.Parse("""
            {"priority":7,"poolInfo":{"poolId":"p"},"onAllTasksComplete":"noaction","metadata":[{"name":"a","value":"b"},{"name":"c","value":"d"}]}
            """)!;
        Assert.IsTrue(JsonNode.DeepEquals(expected, request.Json), request.Text);
    }

    [TestMethod]
    public async Task A_list_that_was_cleared_is_sent_empty()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(200));
        var update = new BatchJobUpdateOptions();
        update.Metadata.Clear();

        await service.Client().UpdateJobAsync("j", update);

        Assert.AreEqual("""{"metadata":[]}""", service.Request.Text);
    }

    [TestMethod]
    public async Task A_job_is_terminated_with_and_without_a_reason()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(202));
        BatchClient client = service.Client();

        await client.TerminateJobAsync("j");
        await client.TerminateJobAsync("j", new BatchJobTerminateOptions { TerminationReason = "cancelled" }, force: true);

        Assert.AreEqual("", service.Requests[0].Text);
        Assert.IsNull(service.Requests[0].Header("Content-Type"));
        Assert.AreEqual("""{"terminateReason":"cancelled"}""", service.Requests[1].Text);
        Assert.AreEqual("true", service.Requests[1].Query["force"]);
    }

    [TestMethod]
    public async Task Deleting_is_done_when_the_job_is_gone()
    {
        await using RecordingService service = await RecordingService.StartAsync(
            new Answer(202), Job("deleting"), Job("deleting"), Answer.Error(404, "JobNotFound"));

        DeleteJobOperation operation = await service.Client().DeleteJobAsync("j");
        Assert.IsFalse(operation.HasCompleted);
        Assert.IsFalse(operation.Value);
        Assert.AreEqual(202, operation.GetRawResponse().Status);
        Response<bool> result = await operation.WaitForCompletionAsync(TimeSpan.FromMilliseconds(1), default);

        Assert.IsTrue(result.Value);
        CollectionAssert.AreEqual(new[] { "DELETE", "GET", "GET", "GET" }, service.Requests.Select(request => request.Method).ToArray());
    }

    [TestMethod]
    public async Task Deleting_is_done_when_another_job_took_the_name()
    {
        await using RecordingService service = await RecordingService.StartAsync(
            new Answer(202), Job("deleting"), Job("deleting", "2026-02-02T00:00:00Z"));

        DeleteJobOperation operation = service.Client().DeleteJob("j");
        operation.UpdateStatus();
        Assert.IsFalse(operation.HasCompleted);
        operation.UpdateStatus();

        Assert.IsTrue(operation.Value);
    }

    [TestMethod]
    public async Task Terminating_is_done_when_the_job_is_completed()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(202), Job("terminating"), Job("completed"));

        TerminateJobOperation operation = await service.Client().TerminateJobAsync("j");

        Assert.IsTrue((await operation.WaitForCompletionAsync(TimeSpan.FromMilliseconds(1), default)).Value);
    }

    [TestMethod]
    public async Task Disabling_gives_the_job_it_disabled()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(202), Job("disabling"), Job("disabled"));

        DisableJobOperation operation = await service.Client().DisableJobAsync("j", new BatchJobDisableOptions(DisableBatchJobOption.Requeue));
        Assert.ThrowsExactly<InvalidOperationException>(() => operation.Value);
        BatchJob job = await operation.WaitForCompletionAsync(TimeSpan.FromMilliseconds(1), default);

        Assert.AreEqual(BatchJobState.Disabled, job.State);
        Assert.AreEqual("""{"disableTasks":"requeue"}""", service.Requests[0].Text);
    }

    [TestMethod]
    public async Task An_operation_can_be_watched_from_its_identifier()
    {
        await using RecordingService service = await RecordingService.StartAsync(Job("completed"));

        var operation = new TerminateJobOperation(service.Client(), "j");
        await operation.UpdateStatusAsync();

        Assert.IsTrue(operation.Value);
        Assert.AreEqual("j", operation.Id);
    }

    [TestMethod]
    public async Task Tasks_are_counted()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(200, """
            {"taskCounts":{"active":1,"running":2,"completed":7,"succeeded":4,"failed":3},"taskSlotCounts":{"active":2,"running":4,"completed":14,"succeeded":8,"failed":6}}
            """));

        BatchTaskCountsResult counts = await service.Client().GetJobTaskCountsAsync("j");

        Assert.AreEqual((1, 2, 7, 4, 3), (counts.TaskCounts.Active, counts.TaskCounts.Running, counts.TaskCounts.Completed, counts.TaskCounts.Succeeded, counts.TaskCounts.Failed));
        Assert.AreEqual(14, counts.TaskSlotCounts.Completed);
    }

    private static Answer Job(string state, string created = "2026-01-01T00:00:00Z") =>
        new(200, $$"""{"id":"j","state":"{{state}}","creationTime":"{{created}}"}""");
}
