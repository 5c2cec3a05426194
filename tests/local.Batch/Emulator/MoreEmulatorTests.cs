using System.Net.Http.Json;
using Azure.Core.Pipeline;

namespace Azure.Compute.Batch.Tests.Emulator;

/// <summary>The client against the emulator: nodes, autoscaling, multi-instance tasks, preparation tasks, throttling, and what is not offered.</summary>
[TestClass]
public sealed class MoreEmulatorTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(10);

    [TestMethod]
    public async Task A_node_is_restarted_reimaged_stopped_started_and_taken_out_of_scheduling()
    {
        await using EmulatedAccount account = await EmulatedAccount.StartAsync();
        BatchClient client = account.Client;
        BatchNode node = await IdleNodeAsync(client);

        node = await (await client.RebootNodeAsync("pool", node.Id)).WaitForCompletionAsync(Soon, default);
        await IdleNodeAsync(client);
        await (await client.ReimageNodeAsync("pool", node.Id, new BatchNodeReimageOptions { NodeReimageOption = BatchNodeReimageOption.Terminate })).WaitForCompletionAsync(Soon, default);
        await IdleNodeAsync(client);
        await (await client.DeallocateNodeAsync("pool", node.Id)).WaitForCompletionAsync(Soon, default);
        Assert.AreEqual(BatchNodeState.Deallocated, (await client.GetNodeAsync("pool", node.Id)).Value.State);
        await (await client.StartNodeAsync("pool", node.Id)).WaitForCompletionAsync(Soon, default);
        await IdleNodeAsync(client);

        await client.DisableNodeSchedulingAsync("pool", node.Id);
        Assert.AreEqual(SchedulingState.Disabled, (await client.GetNodeAsync("pool", node.Id)).Value.SchedulingState);
        RequestFailedException again = await Assert.ThrowsExactlyAsync<RequestFailedException>(() => client.DisableNodeSchedulingAsync("pool", node.Id));
        Assert.AreEqual(BatchErrorCodeStrings.NodeAlreadyInTargetSchedulingState, again.ErrorCode);
        await client.EnableNodeSchedulingAsync("pool", node.Id);
        Assert.AreEqual(SchedulingState.Enabled, (await client.GetNodeAsync("pool", node.Id)).Value.SchedulingState);
    }

    [TestMethod]
    public async Task A_formula_sizes_the_pool()
    {
        await using EmulatedAccount account = await EmulatedAccount.StartAsync(nodes: 0);
        BatchClient client = account.Client;
        await Eventually.TrueAsync(async () => (await client.GetPoolAsync("pool")).Value.AllocationState == AllocationState.Steady, "the pool is steady");
        RequestFailedException early = await Assert.ThrowsExactlyAsync<RequestFailedException>(
            () => client.EvaluatePoolAutoScaleAsync("pool", new BatchPoolEvaluateAutoScaleOptions("$TargetDedicatedNodes = 1;")));
        Assert.AreEqual(409, early.Status, "Autoscaling is not enabled.");

        await client.EnablePoolAutoScaleAsync("pool", new BatchPoolEnableAutoScaleOptions
        {
            AutoScaleFormula = "$TargetLowPriorityNodes = 2; $TargetDedicatedNodes = 0;",
            AutoScaleEvaluationInterval = TimeSpan.FromMinutes(5),
        });
        await Eventually.TrueAsync(async () => (await client.GetPoolAsync("pool")).Value.CurrentLowPriorityNodes == 2, "the formula has its nodes");
        AutoScaleRun run = await client.EvaluatePoolAutoScaleAsync("pool", new BatchPoolEvaluateAutoScaleOptions("$TargetDedicatedNodes = min(10, 3 + 4);"));

        StringAssert.Contains(run.Results, "$TargetDedicatedNodes=7");
        BatchPool pool = await client.GetPoolAsync("pool");
        Assert.IsTrue(pool.EnableAutoScale);
        StringAssert.Contains(pool.AutoScaleRun.Results, "$TargetLowPriorityNodes=2");
        await client.DisablePoolAutoScaleAsync("pool");
        Assert.AreNotEqual(true, (await client.GetPoolAsync("pool")).Value.EnableAutoScale);
    }

    [TestMethod]
    public async Task A_multi_instance_task_tells_of_its_subtasks()
    {
        await using EmulatedAccount account = await EmulatedAccount.StartAsync(nodes: 0);
        BatchClient client = account.Client;
        await client.CreatePoolAsync(new BatchPoolCreateOptions("mpi", "standard_d2s_v5") { TargetDedicatedNodes = 2, EnableInterNodeCommunication = true });
        await client.CreateJobAsync(new BatchJobCreateOptions("job", new BatchPoolInfo { PoolId = "mpi" }));

        await client.CreateTaskAsync("job", new BatchTaskCreateOptions("task", "/bin/sh -c 'echo $AZ_BATCH_HOST_LIST'")
        {
            MultiInstanceSettings = new MultiInstanceSettings("/bin/true") { NumberOfInstances = 2 },
        });
        BatchTask task = await account.CompletedAsync("task");

        Assert.AreEqual(BatchTaskExecutionResult.Success, task.ExecutionInfo.Result);
        Assert.AreEqual(2, task.MultiInstanceSettings.NumberOfInstances);
        List<BatchSubtask> subtasks = await client.GetSubTasksAsync("job", "task").ToListAsync();
        Assert.AreEqual(1, subtasks.Single().Id);
        Assert.AreNotEqual(task.NodeInfo.NodeId, subtasks.Single().NodeInfo.NodeId);
        Assert.HasCount(2, (await client.GetTaskFileAsync("job", "task", "stdout.txt")).Value.ToString().Trim().Split(','));
    }

    [TestMethod]
    public async Task Preparation_tasks_are_told_by_node()
    {
        await using EmulatedAccount account = await EmulatedAccount.StartAsync();
        BatchClient client = account.Client;
        await client.CreateJobAsync(new BatchJobCreateOptions("job", new BatchPoolInfo { PoolId = "pool" })
        {
            JobPreparationTask = new BatchJobPreparationTask("/bin/true"),
            JobReleaseTask = new BatchJobReleaseTask("/bin/true"),
        });
        await client.CreateTaskAsync("job", new BatchTaskCreateOptions("task", "/bin/true"));
        await account.CompletedAsync("task");

        BatchJobPreparationAndReleaseTaskStatus status = (await client.GetJobPreparationAndReleaseTaskStatusesAsync("job").ToListAsync()).Single();

        Assert.AreEqual("pool", status.PoolId);
        Assert.AreEqual(BatchJobPreparationTaskState.Completed, status.JobPreparationTaskExecutionInfo.State);
        Assert.AreEqual(0, status.JobPreparationTaskExecutionInfo.ExitCode);
    }

    [TestMethod]
    public async Task A_schedule_makes_jobs_and_is_terminated_and_deleted()
    {
        await using EmulatedAccount account = await EmulatedAccount.StartAsync();
        BatchClient client = account.Client;
        var specification = new BatchJobSpecification(new BatchPoolInfo { PoolId = "pool" }) { Priority = 3 };

        await client.CreateJobScheduleAsync(new BatchJobScheduleCreateOptions(
            "schedule", new BatchJobScheduleConfiguration { RecurrenceInterval = TimeSpan.FromHours(1) }, specification));
        Assert.IsTrue((await client.JobScheduleExistsAsync("schedule")).Value);
        BatchJob? job = null;
        await Eventually.TrueAsync(
            async () => (job = (await client.GetJobsFromSchedulesAsync("schedule").ToListAsync()).SingleOrDefault()) is not null, "the first job is there");

        Assert.AreEqual(3, job!.Priority);
        BatchJobSchedule schedule = await client.GetJobScheduleAsync("schedule");
        Assert.AreEqual(job.Id, schedule.ExecutionInfo.RecentJob.Id);
        Assert.AreEqual(TimeSpan.FromHours(1), schedule.Schedule.RecurrenceInterval);
        await client.DisableJobScheduleAsync("schedule");
        Assert.AreEqual(BatchJobScheduleState.Disabled, (await client.GetJobScheduleAsync("schedule")).Value.State);
        await client.EnableJobScheduleAsync("schedule");
        await (await client.TerminateJobScheduleAsync("schedule")).WaitForCompletionAsync(Soon, default);
        Assert.AreEqual(BatchJobScheduleState.Completed, (await client.GetJobScheduleAsync("schedule")).Value.State);
        await (await client.DeleteJobScheduleAsync("schedule")).WaitForCompletionAsync(Soon, default);
        Assert.IsFalse((await client.JobScheduleExistsAsync("schedule")).Value);
    }

    [TestMethod]
    public async Task A_job_may_bring_its_own_pool()
    {
        await using EmulatedAccount account = await EmulatedAccount.StartAsync(nodes: 0);
        BatchClient client = account.Client;
        await client.CreateJobAsync(new BatchJobCreateOptions("job", new BatchPoolInfo
        {
            AutoPoolSpecification = new BatchAutoPoolSpecification(BatchPoolLifetimeOption.Job)
            {
                AutoPoolIdPrefix = "own",
                Pool = new BatchPoolSpecification("standard_d2s_v5") { TargetDedicatedNodes = 1 },
            },
        }));
        await client.CreateTaskAsync("job", new BatchTaskCreateOptions("task", "/bin/true"));

        BatchTask task = await account.CompletedAsync("task");

        StringAssert.StartsWith(task.NodeInfo.PoolId, "own");
        Assert.AreEqual(task.NodeInfo.PoolId, (await client.GetJobAsync("job")).Value.ExecutionInfo.PoolId);
        await (await client.DeleteJobAsync("job")).WaitForCompletionAsync(Soon, default);
        await Eventually.TrueAsync(async () => !(await client.PoolExistsAsync(task.NodeInfo.PoolId)).Value, "the pool is gone with its job");
    }

    [TestMethod]
    public async Task A_throttled_client_waits_as_long_as_it_is_told()
    {
        await using EmulatedAccount account = await EmulatedAccount.StartAsync(nodes: 0);
        using var http = new HttpClient();
        (await http.PostAsJsonAsync(new Uri(new Uri(account.Host.Url), "admin/faults"), new { kind = "throttle", path = "/pools*", count = 2, seconds = 1 })).EnsureSuccessStatusCode();
        var delays = new RecordedDelays();
        var options = new BatchClientOptions { RetryPolicy = new RetryPolicy(maxRetries: 3, delays) };
        var client = new BatchClient(new Uri(account.Host.Url), new AzureNamedKeyCredential(account.Host.AccountName, account.Host.AccountKey), options);

        BatchPool pool = await client.GetPoolAsync("pool");

        Assert.AreEqual("pool", pool.Id);
        CollectionAssert.AreEqual(new[] { "1", "1" }, delays.RetryAfter);
    }

    [TestMethod]
    public async Task What_the_emulator_does_not_offer_says_so()
    {
        await using EmulatedAccount account = await EmulatedAccount.StartAsync(nodes: 0);

        RequestFailedException e = await Assert.ThrowsExactlyAsync<RequestFailedException>(() => account.Client.GetPoolUsageMetricsAsync().ToListAsync().AsTask());

        Assert.AreEqual((501, BatchErrorCodeStrings.NotImplemented), (e.Status, e.ErrorCode));
    }

    private static async Task<BatchNode> IdleNodeAsync(BatchClient client)
    {
        BatchNode? idle = null;
        await Eventually.TrueAsync(
            async () => (idle = (await client.GetNodesAsync("pool").ToListAsync()).SingleOrDefault(node => node.State == BatchNodeState.Idle)) is not null, "the node is idle");
        return idle!;
    }

    /// <summary>Adds no delay of its own: what remains is the service's Retry-After.</summary>
    private sealed class RecordedDelays : Azure.Core.DelayStrategy
    {
        public List<string?> RetryAfter { get; } = [];

        protected override TimeSpan GetNextDelayCore(Response? response, int retryNumber)
        {
            RetryAfter.Add(response is not null && response.Headers.TryGetValue("Retry-After", out string? seconds) ? seconds : null);
            return TimeSpan.Zero;
        }
    }
}
