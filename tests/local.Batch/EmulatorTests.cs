using DurableMl.Local.BatchEmulator;
using NSubstitute;

namespace Azure.Compute.Batch.Tests;

/// <summary>The client against the emulator: two readings of the same documentation must agree.</summary>
[TestClass]
public sealed class EmulatorTests
{
    private static readonly TemporaryFolder Folder = new();
    private static BatchEmulatorHost emulator = null!;
    private static BatchClient client = null!;

    [ClassInitialize]
    public static async Task StartAsync(TestContext context)
    {
        emulator = await BatchEmulatorHost.StartAsync(
            new BatchEmulatorOptions
            {
                Url = "http://127.0.0.1:0",
                DataDirectory = Folder["batch"],
                NodeAllocationTime = TimeSpan.FromMilliseconds(1),
                NodeBootTime = TimeSpan.FromMilliseconds(1),
            },
            cancellationToken: context.CancellationToken);
        client = new BatchClient(new Uri(emulator.Url), new AzureNamedKeyCredential(emulator.AccountName, emulator.AccountKey));
        var pool = new BatchPoolCreateOptions("pool", "standard_d2s_v5") { TargetLowPriorityNodes = 1, TargetDedicatedNodes = 1 };
        await client.CreatePoolAsync(pool, cancellationToken: context.CancellationToken);
    }

    [ClassCleanup]
    public static async Task StopAsync()
    {
        await emulator.DisposeAsync();
        Folder.Dispose();
    }

    [TestMethod]
    public async Task A_task_runs_on_a_node_and_tells_how_it_ended()
    {
        await CreateJobAsync("ends");
        await client.CreateTaskAsync("ends", new BatchTaskCreateOptions("task", "/bin/sh -c 'exit $CODE'")
        {
            EnvironmentSettings = { new EnvironmentSetting("CODE") { Value = "3" } },
            Constraints = new BatchTaskConstraints { MaxTaskRetryCount = 0, MaxWallClockTime = TimeSpan.FromMinutes(5) },
        });

        BatchTask task = await InStateAsync("ends", BatchTaskState.Completed);

        Assert.AreEqual((3, "FailureExitCode"), (task.ExecutionInfo.ExitCode, task.ExecutionInfo.FailureInfo.Code));
        CollectionAssert.Contains(await client.GetNodesAsync("pool").Select(node => node.Id).ToListAsync(), task.NodeInfo.NodeId);
    }

    [TestMethod]
    public async Task A_running_task_is_terminated_and_its_job_deleted()
    {
        await CreateJobAsync("cut");
        await client.CreateTaskAsync("cut", new BatchTaskCreateOptions("task", "sleep 600"));
        await InStateAsync("cut", BatchTaskState.Running);

        await client.TerminateTaskAsync("cut", "task");
        BatchTask task = await InStateAsync("cut", BatchTaskState.Completed);
        RequestFailedException again = await FailsAsync(() => client.TerminateTaskAsync("cut", "task"));
        DeleteJobOperation deletion = await client.DeleteJobAsync("cut");
        await deletion.WaitForCompletionAsync(TimeSpan.FromMilliseconds(10), default);
        RequestFailedException gone = await FailsAsync(() => client.GetJobAsync("cut"));

        Assert.AreEqual("TaskEnded", task.ExecutionInfo.FailureInfo.Code);
        Assert.AreEqual(BatchErrorCode.TaskCompleted, again.ErrorCode);
        Assert.IsTrue(deletion.Value);
        Assert.AreEqual((404, "JobNotFound"), (gone.Status, gone.ErrorCode));
    }

    [TestMethod]
    public async Task Jobs_are_listed_page_by_page()
    {
        foreach (int i in Enumerable.Range(0, 5))
        {
            await CreateJobAsync($"listed-{i}");
        }

        List<BatchJob> jobs = await client.GetJobsAsync(maxresults: 2, filter: "startswith(id,'listed-')").ToListAsync();

        IEnumerable<string> ids = jobs.Select(job => job.Id).Order(StringComparer.Ordinal);
        Assert.AreEqual("listed-0 listed-1 listed-2 listed-3 listed-4", string.Join(' ', ids));
        Assert.IsTrue(jobs.All(job => job.DisplayName == "a job" && job.State == BatchJobState.Active));
    }

    [TestMethod]
    public async Task What_is_there_twice_has_its_own_code()
    {
        await CreateJobAsync("twice");
        await client.CreateTaskAsync("twice", new BatchTaskCreateOptions("task", "true"));

        RequestFailedException job = await FailsAsync(() => CreateJobAsync("twice"));
        RequestFailedException task = await FailsAsync(() => client.CreateTaskAsync("twice", new BatchTaskCreateOptions("TASK", "true")));

        Assert.AreEqual((409, BatchErrorCode.JobExists.ToString()), (job.Status, job.ErrorCode));
        Assert.AreEqual((409, BatchErrorCode.TaskExists.ToString()), (task.Status, task.ErrorCode));
    }

    [TestMethod]
    public async Task A_wrong_key_is_refused()
    {
        var stranger = new BatchClient(
            new Uri(emulator.Url), new AzureNamedKeyCredential(emulator.AccountName, Convert.ToBase64String("not the key"u8)));

        RequestFailedException e = await FailsAsync(() => stranger.GetJobAsync("any"));

        Assert.AreEqual((403, "AuthenticationFailed"), (e.Status, e.ErrorCode));
    }

    [TestMethod]
    public async Task A_substitute_of_the_client_answers_as_it_is_told()
    {
        BatchClient substitute = Substitute.For<BatchClient>();
        Response response = Substitute.For<Response>();
        response.Content.Returns(new BinaryData("""{"id":"t","state":"COMPLETED"}"""));
        var task = (BatchTask)response;
        substitute.GetTaskAsync("j", "t", cancellationToken: Arg.Any<CancellationToken>()).Returns(Response.FromValue(task, response));

        BatchTask answered = await substitute.GetTaskAsync("j", "t");

        Assert.AreSame(task, answered);
        Assert.AreEqual(BatchTaskState.Completed, answered.State);
    }

    private static Task CreateJobAsync(string id) =>
        client.CreateJobAsync(new BatchJobCreateOptions(id, new BatchPoolInfo { PoolId = "pool" }) { DisplayName = "a job" });

    private static Task<RequestFailedException> FailsAsync(Func<Task> call) => Assert.ThrowsExactlyAsync<RequestFailedException>(call);

    private static async Task<BatchTask> InStateAsync(string job, BatchTaskState state)
    {
        BatchTask? task = null;
        await Eventually.TrueAsync(
            async () => (task = await client.GetTaskAsync(job, "task")).State == state, $"the task of {job} is {state}");
        return task!;
    }
}
