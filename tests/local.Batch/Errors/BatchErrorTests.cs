namespace Azure.Compute.Batch.Tests.Errors;

[TestClass]
public sealed class BatchErrorTests
{
    [TestMethod]
    public async Task An_error_of_the_service_is_thrown_with_its_code_and_text()
    {
        await using RecordingService service = await RecordingService.StartAsync(Answer.Error(404, "PoolNotFound"));

        RequestFailedException e = await Assert.ThrowsExactlyAsync<RequestFailedException>(() => service.Client().GetPoolAsync("p"));

        Assert.AreEqual(404, e.Status);
        Assert.AreEqual("PoolNotFound", e.ErrorCode);
        Assert.IsTrue(e.ErrorCode == BatchErrorCode.PoolNotFound);
        StringAssert.StartsWith(e.Message, "It did not work.");
        Assert.AreEqual("v", e.Data["k"]);
        BatchError error = BatchError.FromException(e)!;
        Assert.AreEqual(BatchErrorCodeStrings.PoolNotFound, error.Code);
        Assert.AreEqual("en-US", error.Message.Lang);
        StringAssert.Contains(error.Message.Value, "RequestId:1");
        Assert.AreEqual(("k", "v"), (error.Values.Single().Key, error.Values.Single().Value));
    }

    [TestMethod]
    public async Task The_blocking_form_throws_the_same()
    {
        await using RecordingService service = await RecordingService.StartAsync(Answer.Error(409, "JobExists"));

        RequestFailedException e = Assert.ThrowsExactly<RequestFailedException>(() =>
            service.Client().CreateJob(new BatchJobCreateOptions("j", new BatchPoolInfo { PoolId = "p" })));

        Assert.AreEqual("JobExists", BatchError.FromException(e)!.Code);
    }

    [TestMethod]
    [DataRow("<html>Bad gateway</html>")]
    [DataRow("")]
    [DataRow("[]")]
    [DataRow("{}")]
    public async Task An_answer_that_is_no_error_of_the_service_is_thrown_as_it_is(string body)
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(400, body));

        RequestFailedException e = await Assert.ThrowsExactlyAsync<RequestFailedException>(() => service.Client().GetPoolAsync("p"));

        Assert.AreEqual(400, e.Status);
        Assert.IsNull(BatchError.FromException(e)?.Code);
    }

    [TestMethod]
    public async Task A_service_that_cannot_be_reached_gives_no_batch_error()
    {
        RecordingService service = await RecordingService.StartAsync(new Answer(200));
        BatchClient client = service.Client();
        await service.DisposeAsync();

        RequestFailedException e = await Assert.ThrowsExactlyAsync<RequestFailedException>(() => client.GetPoolAsync("p"));

        Assert.IsNull(BatchError.FromException(e));
    }

    [TestMethod]
    [DataRow(200, true)]
    [DataRow(404, false)]
    public async Task Existence_is_told_by_the_status(int status, bool exists)
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(status));

        Assert.AreEqual(exists, (await service.Client().PoolExistsAsync("p")).Value);
        Assert.AreEqual(exists, service.Client().PoolExists("p").Value);
        Assert.AreEqual(exists, (await service.Client().JobScheduleExistsAsync("s")).Value);
        Assert.IsTrue(service.Requests.All(request => request.Method == "HEAD"));
    }

    [TestMethod]
    public async Task Existence_cannot_be_told_when_access_is_denied()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(403));

        RequestFailedException e = await Assert.ThrowsExactlyAsync<RequestFailedException>(() => service.Client().PoolExistsAsync("p"));

        Assert.AreEqual(403, e.Status);
    }

    [TestMethod]
    public async Task A_caller_may_ask_for_no_exception()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(403));

        Response<bool> response = await service.Client().PoolExistsAsync("p", context: new RequestContext { ErrorOptions = ErrorOptions.NoThrow });

        Assert.AreEqual(403, response.GetRawResponse().Status);
    }
}
