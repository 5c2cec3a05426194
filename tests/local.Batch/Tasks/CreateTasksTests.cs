using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Azure.Compute.Batch.Tests.Tasks;

[TestClass]
public sealed class CreateTasksTests
{
    [TestMethod]
    [DataRow(1)]
    [DataRow(4)]
    public async Task Any_number_of_tasks_is_added_by_hundreds(int parallelism)
    {
        await using RecordingService service = await RecordingService.StartAsync(request => Accept(request));

        CreateTasksResult result = await service.Client().CreateTasksAsync(
            "j", Tasks(1234), new CreateTasksOptions(parallelism, returnBatchTaskAddResults: true));

        Assert.AreEqual((1234, 0), (result.PassCount, result.FailCount));
        Assert.HasCount(1234, result.BatchTaskCreateResults.Select(r => r.TaskId).ToHashSet());
        Assert.HasCount(13, service.Requests);
        Assert.IsTrue(service.Requests.All(request => Ids(request).Count <= 100));
        Assert.IsTrue(service.Requests.All(request => request.Path == "/jobs/j/addtaskcollection"));
        CollectionAssert.AreEquivalent(Tasks(1234).Select(task => task.Id).ToList(), service.Requests.SelectMany(Ids).ToList());
    }

    [TestMethod]
    public async Task The_blocking_form_does_the_same()
    {
        await using RecordingService service = await RecordingService.StartAsync(request => Accept(request));

        CreateTasksResult result = service.Client().CreateTasks("j", Tasks(101));

        Assert.AreEqual(101, result.PassCount);
        Assert.IsEmpty(result.BatchTaskCreateResults, "They are listed only on demand.");
        Assert.HasCount(2, service.Requests);
    }

    [TestMethod]
    public async Task No_request_is_larger_than_a_megabyte()
    {
        await using RecordingService service = await RecordingService.StartAsync(request => Accept(request));
        IEnumerable<BatchTaskCreateOptions> tasks = Enumerable.Range(0, 50)
            .Select(i => new BatchTaskCreateOptions($"t{i}", "x") { EnvironmentSettings = { new EnvironmentSetting("E") { Value = new string('é', 30_000) } } });

        CreateTasksResult result = await service.Client().CreateTasksAsync("j", tasks);

        Assert.AreEqual(50, result.PassCount);
        Assert.IsGreaterThan(3, service.Requests.Count);
        Assert.IsTrue(service.Requests.All(request => request.Body.Length < 1024 * 1024), string.Join(", ", service.Requests.Select(r => r.Body.Length)));
    }

    [TestMethod]
    public async Task A_request_that_is_too_large_all_the_same_is_split()
    {
        await using RecordingService service = await RecordingService.StartAsync(
            request => Ids(request).Count > 30 ? Answer.Error(413, "RequestBodyTooLarge") : Accept(request));

        CreateTasksResult result = await service.Client().CreateTasksAsync("j", Tasks(100));

        Assert.AreEqual(100, result.PassCount);
        CollectionAssert.AreEquivalent(
            Tasks(100).Select(task => task.Id).ToList(), service.Requests.Where(r => Ids(r).Count <= 30).SelectMany(Ids).ToList());
    }

    [TestMethod]
    public async Task A_single_task_that_is_too_large_is_an_error()
    {
        await using RecordingService service = await RecordingService.StartAsync(Answer.Error(413, "RequestBodyTooLarge"));

        ParallelOperationsException e = await Assert.ThrowsExactlyAsync<ParallelOperationsException>(() => service.Client().CreateTasksAsync("j", Tasks(1)));

        Assert.AreEqual("RequestBodyTooLarge", ((RequestFailedException)e.InnerExceptions.Single()).ErrorCode);
    }

    [TestMethod]
    public async Task A_task_that_exists_counts_as_added()
    {
        await using RecordingService service = await RecordingService.StartAsync(
            request => Accept(request, id => id == "t1" ? ("clienterror", "TaskExists") : null));

        CreateTasksResult result = await service.Client().CreateTasksAsync("j", Tasks(3));

        Assert.AreEqual((3, 0), (result.PassCount, result.FailCount));
    }

    [TestMethod]
    public async Task A_task_that_the_service_failed_at_is_tried_again()
    {
        var seen = new ConcurrentDictionary<string, int>();
        await using RecordingService service = await RecordingService.StartAsync(request => Accept(
            request, id => id is "t1" or "t2" && seen.AddOrUpdate(id, 1, (_, n) => n + 1) == 1 ? ("servererror", "ServerBusy") : null));

        CreateTasksResult result = await service.Client().CreateTasksAsync("j", Tasks(3));

        Assert.AreEqual((3, 0), (result.PassCount, result.FailCount));
        CollectionAssert.AreEqual(new[] { "t1", "t2" }, Ids(service.Requests[1]).ToArray());
    }

    [TestMethod]
    public async Task A_task_that_is_refused_stops_it()
    {
        await using RecordingService service = await RecordingService.StartAsync(
            request => Accept(request, id => id == "t42" ? ("clienterror", "InvalidPropertyValue") : null));

        ParallelOperationsException e = await Assert.ThrowsExactlyAsync<ParallelOperationsException>(() => service.Client().CreateTasksAsync("j", Tasks(1000)));

        var inner = (AddTaskCollectionTerminatedException)e.InnerExceptions.Single();
        Assert.AreEqual("t42", inner.AddTaskResult.Task.Id);
        Assert.AreEqual("InvalidPropertyValue", inner.RequestInformation.BatchError.Code);
        StringAssert.Contains(inner.Message, "t42");
        Assert.HasCount(1, service.Requests);
    }

    [TestMethod]
    public async Task A_handler_of_the_user_decides()
    {
        await using RecordingService service = await RecordingService.StartAsync(
            request => Accept(request, id => id == "t1" ? ("clienterror", "InvalidPropertyValue") : null));

        CreateTasksResult result = await service.Client().CreateTasksAsync("j", Tasks(3), new CreateTasksOptions(createTaskResultHandler: new GiveUp()));

        Assert.AreEqual((2, 1), (result.PassCount, result.FailCount));
    }

    [TestMethod]
    public async Task Throttling_is_waited_out()
    {
        int calls = 0;
        await using RecordingService service = await RecordingService.StartAsync(
            request => Interlocked.Increment(ref calls) <= 2 ? Answer.Error(429, "TooManyRequests") : Accept(request));

        CreateTasksResult result = await service.Client().CreateTasksAsync("j", Tasks(3));

        Assert.AreEqual(3, result.PassCount);
        Assert.HasCount(3, service.Requests);
    }

    [TestMethod]
    public async Task A_job_that_is_not_there_is_an_error()
    {
        await using RecordingService service = await RecordingService.StartAsync(Answer.Error(404, "JobNotFound"));

        ParallelOperationsException e = await Assert.ThrowsExactlyAsync<ParallelOperationsException>(() =>
            service.Client().CreateTasksAsync("j", Tasks(1000), new CreateTasksOptions(maxDegreeOfParallelism: 3)));

        Assert.IsTrue(e.InnerExceptions.All(inner => ((RequestFailedException)inner).ErrorCode == "JobNotFound"));
    }

    [TestMethod]
    public async Task Two_tasks_of_one_name_are_an_error_that_names_it()
    {
        await using RecordingService service = await RecordingService.StartAsync(request => Accept(request));

        ParallelOperationsException e = await Assert.ThrowsExactlyAsync<ParallelOperationsException>(() => service.Client().CreateTasksAsync(
            "j", [new BatchTaskCreateOptions("same", "x"), new BatchTaskCreateOptions("SAME", "x")]));

        StringAssert.Contains(e.InnerExceptions.Single().Message, "'SAME'");
        Assert.IsEmpty(service.Requests);
    }

    [TestMethod]
    public async Task Cancellation_stops_it()
    {
        using var cancellation = new CancellationTokenSource();
        await using RecordingService service = await RecordingService.StartAsync(request =>
        {
            cancellation.Cancel();
            return Accept(request);
        });

        await Assert.ThrowsAsync<OperationCanceledException>(() =>
            service.Client().CreateTasksAsync("j", Tasks(100_000), cancellationToken: cancellation.Token));

        Assert.HasCount(1, service.Requests);
    }

    [TestMethod]
    public async Task A_deadline_stops_it()
    {
        await using RecordingService service = await RecordingService.StartAsync(Answer.Error(429, "TooManyRequests"));

        await Assert.ThrowsExactlyAsync<TimeoutException>(() =>
            service.Client().CreateTasksAsync("j", Tasks(1), timeOutInSeconds: TimeSpan.FromMilliseconds(250)));
    }

    [TestMethod]
    public async Task No_tasks_are_no_request()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(500));

        Assert.AreEqual(0, (await service.Client().CreateTasksAsync("j", [])).PassCount);

        Assert.IsEmpty(service.Requests);
    }

    private static IEnumerable<BatchTaskCreateOptions> Tasks(int count) =>
        Enumerable.Range(0, count).Select(i => new BatchTaskCreateOptions($"t{i}", "hostname"));

    private static List<string> Ids(RecordedRequest request) => [.. request.Json["value"]!.AsArray().Select(task => task!["id"]!.GetValue<string>())];

    private static Answer Accept(RecordedRequest request, Func<string, (string Status, string Code)?>? failure = null)
    {
        var values = new JsonArray();
        foreach (string id in Enumerable.Reverse(Ids(request)))
        {
            (string Status, string Code)? failed = failure?.Invoke(id);
            var result = new JsonObject { ["taskId"] = id, ["status"] = failed?.Status ?? "success", ["eTag"] = "0x1", ["location"] = $"https://a/jobs/j/tasks/{id}" };
            if (failed is { } error)
            {
                result["error"] = new JsonObject { ["code"] = error.Code, ["message"] = new JsonObject { ["lang"] = "en-US", ["value"] = "m" } };
            }

            values.Add(result);
        }

        return new Answer(200, new JsonObject { ["value"] = values }.ToJsonString());
    }

    private sealed class GiveUp : TaskResultHandler
    {
        public override CreateTaskResultStatus CreateTaskResultHandler(CreateTaskResult addTaskResult, CancellationToken cancellationToken) =>
            addTaskResult.BatchTaskResult.Error is null ? CreateTaskResultStatus.Success : CreateTaskResultStatus.Failure;
    }
}
