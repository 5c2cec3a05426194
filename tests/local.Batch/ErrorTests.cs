namespace Azure.Compute.Batch.Tests;

[TestClass]
public sealed class ErrorTests
{
    [TestMethod]
    public async Task An_error_of_the_service_is_thrown_with_its_code_and_text()
    {
        await using RecordingService service = await RecordingService.StartAsync(Answer.Error(404, "JobNotFound"));

        RequestFailedException e = await Assert.ThrowsExactlyAsync<RequestFailedException>(() => service.Client().GetJobAsync("j"));

        Assert.AreEqual((404, "JobNotFound", "v"), (e.Status, e.ErrorCode, e.Data["k"]));
        StringAssert.StartsWith(e.Message, "It did not work.");
    }

    [TestMethod]
    [DataRow("<html>Bad gateway</html>")]
    [DataRow("")]
    [DataRow("[]")]
    [DataRow("{}")]
    public async Task An_answer_that_is_no_error_of_the_service_is_thrown_as_it_is(string body)
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(400, body));

        RequestFailedException e = await Assert.ThrowsExactlyAsync<RequestFailedException>(() => service.Client().GetJobAsync("j"));

        Assert.AreEqual(400, e.Status);
        Assert.IsNull(e.ErrorCode);
        Assert.AreEqual(body, e.GetRawResponse()!.Content.ToString());
    }

    [TestMethod]
    public async Task An_error_on_a_later_page_is_thrown_after_the_pages_before_it()
    {
        await using RecordingService service = await RecordingService.StartAsync(request => request.Target == "/next"
            ? Answer.Error(500, "InternalError")
            : new Answer(200, $$"""{"value":[{"id":"a"}],"odata.nextLink":"http://{{request.Header("Host")}}/next"}"""));
        var ids = new List<string>();

        RequestFailedException e = await Assert.ThrowsExactlyAsync<RequestFailedException>(async () =>
        {
            await foreach (BatchJob job in service.Client().GetJobsAsync())
            {
                ids.Add(job.Id);
            }
        });

        Assert.AreEqual("InternalError", e.ErrorCode);
        Assert.AreEqual("a", ids.Single());
    }

    [TestMethod]
    [DataRow(429)]
    [DataRow(503)]
    public async Task A_throttled_request_is_sent_again_and_signed_anew(int status)
    {
        await using RecordingService service = await RecordingService.StartAsync(
            Answer.Error(status, "ServerBusy", ("Retry-After", "1")), new Answer(201));

        Response response = await service.Client(retries: 2).CreateTaskAsync("j", new BatchTaskCreateOptions("t", "x"));

        Assert.AreEqual(201, response.Status);
        (RecordedRequest first, RecordedRequest second) = (service.Requests[0], service.Requests[1]);
        Assert.AreEqual(first.Body, second.Body);
        Assert.AreNotEqual(first.Header("ocp-date"), second.Header("ocp-date"), "It waited for the second that it was told.");
        Assert.AreNotEqual(first.Header("Authorization"), second.Header("Authorization"));
    }

    [TestMethod]
    public async Task A_conflict_is_not_tried_again()
    {
        await using RecordingService service = await RecordingService.StartAsync(Answer.Error(409, "JobExists"));
        var job = new BatchJobCreateOptions("j", new BatchPoolInfo { PoolId = "p" });

        RequestFailedException e = await Assert.ThrowsExactlyAsync<RequestFailedException>(
            () => service.Client(retries: 3).CreateJobAsync(job));

        Assert.IsTrue(e.ErrorCode == BatchErrorCode.JobExists);
        Assert.HasCount(1, service.Requests);
    }

    [TestMethod]
    public async Task A_caller_may_ask_for_no_exception_and_for_an_end()
    {
        await using RecordingService service = await RecordingService.StartAsync(Answer.Error(403, "AuthenticationFailed"));
        BatchClient client = service.Client();

        var quiet = new RequestContext { ErrorOptions = ErrorOptions.NoThrow };
        var ended = new RequestContext { CancellationToken = new CancellationToken(canceled: true) };

        DeleteJobOperation operation = await client.DeleteJobAsync("j", context: quiet);

        Assert.AreEqual(403, operation.GetRawResponse().Status);
        await Assert.ThrowsAsync<OperationCanceledException>(() => client.DeleteJobAsync("j", context: ended));
        await Assert.ThrowsAsync<OperationCanceledException>(() => client.GetJobAsync("j", cancellationToken: ended.CancellationToken));
        Assert.HasCount(1, service.Requests);
    }
}
