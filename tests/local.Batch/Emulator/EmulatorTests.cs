
namespace Azure.Compute.Batch.Tests.Emulator;

/// <summary>The client against the emulator: two readings of the same documentation must agree.</summary>
[TestClass]
public sealed class EmulatorTests
{
    [TestMethod]
    public async Task A_task_runs_and_its_files_can_be_read()
    {
        await using EmulatedAccount account = await EmulatedAccount.StartAsync();
        await account.CreateJobAsync();
        await account.Client.CreateTaskAsync("job", new BatchTaskCreateOptions("task", "/bin/sh -c 'echo 0123456789; echo $GREETING >&2; mkdir out; echo x > out/a.txt; exit 3'")
        {
            EnvironmentSettings = { new EnvironmentSetting("GREETING") { Value = "hello" } },
        });

        BatchTask task = await account.CompletedAsync("task");

        Assert.AreEqual(3, task.ExecutionInfo.ExitCode);
        Assert.AreEqual(BatchTaskExecutionResult.Failure, task.ExecutionInfo.Result);
        Assert.AreEqual("FailureExitCode", task.ExecutionInfo.FailureInfo.Code);
        Assert.AreEqual(BatchErrorSourceCategory.UserError, task.ExecutionInfo.FailureInfo.Category);
        Assert.AreEqual("pool", task.NodeInfo.PoolId);
        Assert.AreEqual("0123456789\n", (await account.Client.GetTaskFileAsync("job", "task", "stdout.txt")).Value.ToString());
        Assert.AreEqual("234", (await account.Client.GetTaskFileAsync("job", "task", "stdout.txt", ocpRange: "bytes=2-4")).Value.ToString());
        Assert.AreEqual("hello\n", account.Client.GetTaskFile("job", "task", "stderr.txt").Value.ToString());
        Assert.AreEqual("x\n", (await account.Client.GetTaskFileAsync("job", "task", "wd/out/a.txt")).Value.ToString());
        BatchFileProperties properties = await account.Client.GetTaskFilePropertiesAsync("job", "task", "wd/out");
        Assert.IsTrue(properties.IsDirectory);
        List<BatchNodeFile> files = await account.Client.GetTaskFilesAsync("job", "task", recursive: true).ToListAsync();
        Assert.AreEqual(11, files.Single(file => file.Name == "stdout.txt").Properties.ContentLength);
        Assert.IsTrue(files.Any(file => file.Name == "wd/out/a.txt"), string.Join(", ", files.Select(file => file.Name)));
        await account.Client.DeleteTaskFileAsync("job", "task", "wd/out", recursive: true);
        RequestFailedException gone = await Assert.ThrowsExactlyAsync<RequestFailedException>(() => account.Client.GetTaskFileAsync("job", "task", "wd/out/a.txt"));
        Assert.AreEqual(404, gone.Status);
    }

    [TestMethod]
    public async Task Tasks_by_the_hundred_are_added_counted_filtered_and_paged()
    {
        await using EmulatedAccount account = await EmulatedAccount.StartAsync(nodes: 0);
        await account.CreateJobAsync();

        CreateTasksResult added = await account.Client.CreateTasksAsync(
            "job", Enumerable.Range(0, 250).Select(i => new BatchTaskCreateOptions($"t{i:000}", "/bin/true")), new CreateTasksOptions(4));
        CreateTasksResult again = await account.Client.CreateTasksAsync("job", [new BatchTaskCreateOptions("t000", "/bin/true")]);

        Assert.AreEqual(250, added.PassCount);
        Assert.AreEqual(1, again.PassCount, "A task that exists is as good as added.");
        BatchTaskCountsResult counts = await account.Client.GetJobTaskCountsAsync("job");
        Assert.AreEqual(250, counts.TaskCounts.Active);
        List<Page<BatchTask>> pages = await account.Client.GetTasksAsync("job", maxresults: 100, select: ["id"]).AsPages().ToListAsync();
        CollectionAssert.AreEqual(new[] { 100, 100, 50 }, pages.Select(page => page.Values.Count).ToArray());
        Assert.HasCount(250, pages.SelectMany(page => page.Values).Select(task => task.Id).ToHashSet());
        Assert.IsNull(pages[0].Values[0].CommandLine, "It was not selected.");
        Assert.HasCount(10, account.Client.GetTasks("job", filter: "startswith(id,'t01')").ToList());
        await account.Client.TerminateTaskAsync("job", "t007");
        Assert.AreEqual("t007", (await account.Client.GetTasksAsync("job", filter: "state eq 'completed'").ToListAsync()).Single().Id);
    }

    [TestMethod]
    public async Task Ten_thousand_tasks_are_added_and_listed()
    {
        await using EmulatedAccount account = await EmulatedAccount.StartAsync(nodes: 0);
        await account.CreateJobAsync();

        CreateTasksResult added = await account.Client.CreateTasksAsync(
            "job", Enumerable.Range(0, 10_000).Select(i => new BatchTaskCreateOptions($"t{i}", "/bin/true")), new CreateTasksOptions(maxDegreeOfParallelism: 4));

        Assert.AreEqual(10_000, added.PassCount);
        Assert.HasCount(10_000, (await account.Client.GetTasksAsync("job", select: ["id"]).ToListAsync()).Select(task => task.Id).ToHashSet());
    }

    [TestMethod]
    public async Task Each_conflict_has_its_code()
    {
        await using EmulatedAccount account = await EmulatedAccount.StartAsync(nodes: 0);
        await account.CreateJobAsync();
        await account.Client.CreateTaskAsync("job", new BatchTaskCreateOptions("task", "/bin/true"));

        await FailsAsync(BatchErrorCode.PoolExists, 409, () => account.Client.CreatePoolAsync(new BatchPoolCreateOptions("pool", "x")));
        await FailsAsync(BatchErrorCode.JobExists, 409, () => account.CreateJobAsync());
        await FailsAsync(BatchErrorCode.TaskExists, 409, () => account.Client.CreateTaskAsync("job", new BatchTaskCreateOptions("task", "/bin/true")));
        await FailsAsync(BatchErrorCode.PoolNotFound, 404, () => account.Client.GetPoolAsync("other"));
        await FailsAsync(BatchErrorCode.JobNotFound, 404, () => account.Client.GetJobAsync("other"));
        await FailsAsync(BatchErrorCode.TaskNotFound, 404, () => account.Client.GetTaskAsync("job", "other"));
        await FailsAsync(BatchErrorCode.NodeNotFound, 404, () => account.Client.GetNodeAsync("pool", "other"));
        BatchJob job = await account.Client.GetJobAsync("job");
        await account.Client.UpdateJobAsync("job", new BatchJobUpdateOptions { Priority = 1 }, requestConditions: new RequestConditions { IfMatch = job.ETag });
        await FailsAsync(
            BatchErrorCode.ConditionNotMet,
            412,
            () => account.Client.UpdateJobAsync("job", new BatchJobUpdateOptions { Priority = 2 }, requestConditions: new RequestConditions { IfMatch = job.ETag }));
        Assert.AreEqual(1, (await account.Client.GetJobAsync("job")).Value.Priority);
    }

    [TestMethod]
    public async Task A_wrong_key_is_refused()
    {
        await using EmulatedAccount account = await EmulatedAccount.StartAsync(nodes: 0);
        var client = new BatchClient(
            new Uri(account.Host.Url), new AzureNamedKeyCredential(account.Host.AccountName, Convert.ToBase64String("not the key"u8)));

        await FailsAsync(BatchErrorCode.AuthenticationFailed, 403, () => client.GetPoolAsync("pool"));
    }

    [TestMethod]
    public async Task A_pool_is_resized_and_deleted()
    {
        await using EmulatedAccount account = await EmulatedAccount.StartAsync(nodes: 0);
        await Eventually.TrueAsync(async () => (await account.Client.GetPoolAsync("pool")).Value.AllocationState == AllocationState.Steady, "the pool is steady");

        ResizePoolOperation resize = await account.Client.ResizePoolAsync("pool", new BatchPoolResizeOptions { TargetLowPriorityNodes = 2, TargetDedicatedNodes = 1 });
        BatchPool pool = await resize.WaitForCompletionAsync(TimeSpan.FromMilliseconds(10), default);

        Assert.AreEqual((1, 2), (pool.CurrentDedicatedNodes, pool.CurrentLowPriorityNodes));
        List<BatchNode> nodes = await account.Client.GetNodesAsync("pool").ToListAsync();
        Assert.HasCount(2, nodes.Where(node => node.IsDedicated == false).ToList());
        BatchPoolNodeCounts counts = (await account.Client.GetPoolNodeCountsAsync(filter: "poolId eq 'pool'").ToListAsync()).Single();
        Assert.AreEqual((1, 2), (counts.Dedicated.Total, counts.LowPriority.Total));
        await account.Client.RemoveNodesAsync("pool", new BatchNodeRemoveOptions([nodes[0].Id]));
        await Eventually.TrueAsync(async () => await account.Client.GetNodesAsync("pool").CountAsync() == 2, "the node is gone");
        await Eventually.TrueAsync(async () => (await account.Client.GetPoolAsync("pool")).Value.AllocationState == AllocationState.Steady, "the pool is steady");
        Assert.IsTrue((await account.Client.PoolExistsAsync("pool")).Value);
        DeletePoolOperation delete = await account.Client.DeletePoolAsync("pool");
        Assert.IsTrue((await delete.WaitForCompletionAsync(TimeSpan.FromMilliseconds(10), default)).Value);
        Assert.IsFalse((await account.Client.PoolExistsAsync("pool")).Value);
    }

    [TestMethod]
    public async Task A_job_is_disabled_enabled_terminated_and_deleted()
    {
        await using EmulatedAccount account = await EmulatedAccount.StartAsync();
        await account.CreateJobAsync();
        await account.Client.CreateTaskAsync("job", new BatchTaskCreateOptions("long", "/bin/sleep 600"));
        await Eventually.TrueAsync(async () => (await account.Client.GetTaskAsync("job", "long")).Value.State == BatchTaskState.Running, "the task runs");

        DisableJobOperation disable = await account.Client.DisableJobAsync("job", new BatchJobDisableOptions(DisableBatchJobOption.Requeue));
        BatchJob job = await disable.WaitForCompletionAsync(TimeSpan.FromMilliseconds(10), default);
        Assert.AreEqual(BatchJobState.Disabled, job.State);
        BatchTask requeued = await account.Client.GetTaskAsync("job", "long");
        Assert.AreEqual((BatchTaskState.Active, 1), (requeued.State, requeued.ExecutionInfo.RequeueCount));

        EnableJobOperation enable = await account.Client.EnableJobAsync("job");
        job = await enable.WaitForCompletionAsync(TimeSpan.FromMilliseconds(10), default);
        Assert.AreEqual(BatchJobState.Active, job.State);

        TerminateJobOperation terminate = await account.Client.TerminateJobAsync("job", new BatchJobTerminateOptions { TerminationReason = "enough" });
        await terminate.WaitForCompletionAsync(TimeSpan.FromMilliseconds(10), default);
        job = await account.Client.GetJobAsync("job");
        Assert.AreEqual((BatchJobState.Completed, "enough"), (job.State, job.ExecutionInfo.TerminationReason));

        DeleteJobOperation delete = await account.Client.DeleteJobAsync("job");
        Assert.IsTrue((await delete.WaitForCompletionAsync(TimeSpan.FromMilliseconds(10), default)).Value);
        Assert.IsEmpty(account.Client.GetJobs().ToList());
    }

    [TestMethod]
    public async Task A_failed_task_is_reactivated_and_deleted()
    {
        await using EmulatedAccount account = await EmulatedAccount.StartAsync();
        using var folder = new TemporaryFolder();
        await account.CreateJobAsync();
        await account.Client.CreateTaskAsync("job", new BatchTaskCreateOptions("task", $"/bin/sh -c 'test -e {folder["flag"]}'"));
        BatchTask task = await account.CompletedAsync("task");
        Assert.AreEqual(BatchTaskExecutionResult.Failure, task.ExecutionInfo.Result);

        await File.WriteAllTextAsync(folder["flag"], "");
        await account.Client.ReactivateTaskAsync("job", "task");
        task = await account.CompletedAsync("task");

        Assert.AreEqual(BatchTaskExecutionResult.Success, task.ExecutionInfo.Result);
        RequestFailedException refused = await Assert.ThrowsExactlyAsync<RequestFailedException>(() => account.Client.ReactivateTaskAsync("job", "task"));
        Assert.AreEqual(409, refused.Status, "A task that succeeded cannot be reactivated.");
        await account.Client.DeleteTaskAsync("job", "task");
        Assert.IsEmpty(account.Client.GetTasks("job").ToList());
    }

    [TestMethod]
    public async Task The_constraints_of_a_waiting_task_are_replaced()
    {
        await using EmulatedAccount account = await EmulatedAccount.StartAsync(nodes: 0);
        await account.CreateJobAsync();
        await account.Client.CreateTaskAsync("job", new BatchTaskCreateOptions("task", "/bin/true"));

        BatchTask task = await account.Client.GetTaskAsync("job", "task");
        task.Constraints = new BatchTaskConstraints { MaxTaskRetryCount = 3, MaxWallClockTime = TimeSpan.FromHours(1) };
        await account.Client.ReplaceTaskAsync("job", "task", task);

        task = await account.Client.GetTaskAsync("job", "task");
        Assert.AreEqual((3, TimeSpan.FromHours(1)), (task.Constraints.MaxTaskRetryCount, task.Constraints.MaxWallClockTime));
    }

    [TestMethod]
    public async Task What_was_set_comes_back()
    {
        await using EmulatedAccount account = await EmulatedAccount.StartAsync(nodes: 0);
        await account.Client.CreateJobAsync(new BatchJobCreateOptions("job", new BatchPoolInfo { PoolId = "pool" })
        {
            DisplayName = "a job",
            Priority = 5,
            UsesTaskDependencies = true,
            Constraints = new BatchJobConstraints { MaxWallClockTime = TimeSpan.FromHours(5), MaxTaskRetryCount = 2 },
            Metadata = { new BatchMetadataItem("a", "b") },
            AllTasksCompleteMode = BatchAllTasksCompleteMode.NoAction,
        });
        await account.Client.CreateTaskAsync("job", new BatchTaskCreateOptions("task", "x y")
        {
            RequiredSlots = 2,
            DependsOn = new BatchTaskDependencies { TaskIds = { "other" } },
            ContainerSettings = new BatchTaskContainerSettings("image:1"),
            ResourceFiles = { new ResourceFile { HttpUri = new Uri("http://127.0.0.1:1/x?sig=a%2Bb"), FilePath = "x" } },
            ExitConditions = new ExitConditions { ExitCodeRanges = { new ExitCodeRangeMapping(1, 9, new ExitOptions { DependencyAction = DependencyAction.Block }) } },
            Constraints = new BatchTaskConstraints { MaxWallClockTime = TimeSpan.FromMinutes(3) },
        });

        BatchJob job = await account.Client.GetJobAsync("job");
        BatchTask task = await account.Client.GetTaskAsync("job", "task");

        Assert.AreEqual(("a job", 5, true), (job.DisplayName, job.Priority, job.UsesTaskDependencies));
        Assert.AreEqual((TimeSpan.FromHours(5), 2), (job.Constraints.MaxWallClockTime, job.Constraints.MaxTaskRetryCount));
        Assert.AreEqual("b", job.Metadata.Single().Value);
        Assert.AreEqual(BatchAllTasksCompleteMode.NoAction, job.AllTasksCompleteMode);
        Assert.AreEqual(BatchJobState.Active, job.State);
        Assert.AreEqual((2, "other", "image:1"), (task.RequiredSlots, task.DependsOn.TaskIds.Single(), task.ContainerSettings.ImageName));
        Assert.AreEqual("http://127.0.0.1:1/x?sig=a%2Bb", task.ResourceFiles.Single().HttpUri.AbsoluteUri);
        Assert.AreEqual(DependencyAction.Block, task.ExitConditions.ExitCodeRanges.Single().ExitOptions.DependencyAction);
        Assert.AreEqual(TimeSpan.FromMinutes(3), task.Constraints.MaxWallClockTime);
        Assert.AreEqual(BatchTaskState.Active, task.State);
        Assert.AreEqual(new Uri(new Uri(account.Host.Url), "jobs/job/tasks/task"), task.Uri);
    }

    private static async Task FailsAsync(BatchErrorCode code, int status, Func<Task> call)
    {
        RequestFailedException e = await Assert.ThrowsExactlyAsync<RequestFailedException>(call);
        Assert.AreEqual((code.ToString(), status), (e.ErrorCode, e.Status));
        StringAssert.Contains(BatchError.FromException(e)!.Message.Value, "RequestId:");
    }
}
