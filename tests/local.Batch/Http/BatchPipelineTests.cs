using System.Diagnostics;

namespace Azure.Compute.Batch.Tests.Http;

[TestClass]
public sealed class BatchPipelineTests
{
    [TestMethod]
    public async Task Every_request_names_itself_and_asks_for_json()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(200, "{}"));

        Response<BatchJob> response = await service.Client().GetJobAsync("j");

        RecordedRequest request = service.Request;
        Assert.AreEqual("application/json", request.Header("Accept"));
        Assert.AreEqual("true", request.Header("return-client-request-id"));
        Assert.IsTrue(Guid.TryParseExact(request.Header("client-request-id"), "D", out _), request.Header("client-request-id"));
        Assert.AreEqual(response.GetRawResponse().ClientRequestId, request.Header("client-request-id"));
    }

    [TestMethod]
    public async Task Time_out_and_date_are_sent_as_the_service_reads_them()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(200, "{}"));

        await service.Client().GetJobAsync("j", TimeSpan.FromSeconds(90), new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(1)), expand: ["stats"]);

        Assert.AreEqual("90", service.Request.Query["timeOut"]);
        Assert.AreEqual("stats", service.Request.Query["$expand"]);
        Assert.AreNotEqual("Fri, 02 Jan 2026 02:04:05 GMT", service.Request.Header("ocp-date"), "A shared key signs the time of sending.");
    }

    [TestMethod]
    public async Task Conditions_become_headers()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(200));
        var conditions = new RequestConditions
        {
            IfMatch = new ETag("\"0x8D1\""),
            IfNoneMatch = ETag.All,
            IfModifiedSince = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(1)),
            IfUnmodifiedSince = new DateTimeOffset(2026, 1, 3, 3, 4, 5, TimeSpan.Zero),
        };

        await service.Client().UpdateJobAsync("j", new BatchJobUpdateOptions { Priority = 1 }, requestConditions: conditions);

        Assert.AreEqual("PATCH", service.Request.Method);
        Assert.AreEqual("\"0x8D1\"", service.Request.Header("If-Match"));
        Assert.AreEqual("*", service.Request.Header("If-None-Match"));
        Assert.AreEqual("Fri, 02 Jan 2026 02:04:05 GMT", service.Request.Header("If-Modified-Since"));
        Assert.AreEqual("Sat, 03 Jan 2026 03:04:05 GMT", service.Request.Header("If-Unmodified-Since"));
    }

    [TestMethod]
    public async Task Files_take_no_etag()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(200));

        NotSupportedException e = await Assert.ThrowsExactlyAsync<NotSupportedException>(() =>
            service.Client().GetTaskFileAsync("j", "t", "f", requestConditions: new RequestConditions { IfMatch = new ETag("x") }));

        StringAssert.Contains(e.Message, "GetTaskFile");
        Assert.IsEmpty(service.Requests);
    }

    [TestMethod]
    [DataRow(429)]
    [DataRow(503)]
    public async Task A_throttled_request_is_sent_again_and_signed_anew(int status)
    {
        await using RecordingService service = await RecordingService.StartAsync(
            Answer.Error(status, "ServerBusy", ("Retry-After", "1")), new Answer(201));

        Response response = await service.Client(options => options.Retry.MaxRetries = 2).CreateTaskAsync("j", new BatchTaskCreateOptions("t", "x"));

        Assert.AreEqual(201, response.Status);
        Assert.HasCount(2, service.Requests);
        Assert.AreEqual(service.Requests[0].Text, service.Requests[1].Text);
        Assert.AreNotEqual(service.Requests[0].Header("ocp-date"), service.Requests[1].Header("ocp-date"), "It waited the second that Retry-After asks for.");
        Assert.AreNotEqual(service.Requests[0].Header("Authorization"), service.Requests[1].Header("Authorization"));
    }

    [TestMethod]
    public async Task A_conflict_is_not_tried_again()
    {
        await using RecordingService service = await RecordingService.StartAsync(Answer.Error(409, "JobExists"));

        await Assert.ThrowsExactlyAsync<RequestFailedException>(() =>
            service.Client(options => options.Retry.MaxRetries = 3).CreateJobAsync(new BatchJobCreateOptions("j", new BatchPoolInfo { PoolId = "p" })));

        Assert.HasCount(1, service.Requests);
    }

    [TestMethod]
    public async Task An_identifier_cannot_leave_its_place_in_the_path()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(200, "{}"));

        await service.Client().GetTaskAsync("../pools", "a/b?c=d#e");

        Assert.AreEqual("/jobs/..%2Fpools/tasks/a%2Fb%3Fc%3Dd%23e?api-version=2025-06-01", service.Request.Target);
    }

    [TestMethod]
    public async Task An_empty_identifier_is_refused_with_its_name()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(200, "{}"));

        ArgumentException e = await Assert.ThrowsExactlyAsync<ArgumentException>(() => service.Client().GetTaskAsync("j", ""));

        Assert.AreEqual("taskId", e.ParamName);
    }

    [TestMethod]
    public async Task An_endpoint_may_have_a_path()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(200, "{}"));
        var client = new BatchClient(new Uri(service.Endpoint, "proxy/batch"), new AzureNamedKeyCredential("a", RecordingService.Key));

        await client.GetJobAsync("j");

        Assert.AreEqual("/proxy/batch/jobs/j", service.Request.Path);
    }

    [TestMethod]
    public async Task Cancellation_ends_a_request()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(200, "{}"));
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAsync<OperationCanceledException>(() => service.Client().GetJobAsync("j", cancellationToken: cancelled.Token));
        Assert.Throws<OperationCanceledException>(() => service.Client().GetJob("j", cancellationToken: cancelled.Token));
    }

    [TestMethod]
    public async Task Each_call_is_an_activity_that_tells_failure()
    {
        await using RecordingService service = await RecordingService.StartAsync(Answer.Error(404, "JobNotFound"));
        var activities = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Azure.Compute.Batch.BatchClient",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                lock (activities)
                {
                    activities.Add(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        using var root = new Activity("test").Start();

        await Assert.ThrowsExactlyAsync<RequestFailedException>(() => service.Client().GetJobAsync("j"));

        Activity call;
        lock (activities)
        {
            call = activities.Single(activity => activity.TraceId == root.TraceId);
        }

        Assert.AreEqual("BatchClient.GetJob", call.DisplayName);
        Assert.AreEqual(ActivityStatusCode.Error, call.Status);
        Assert.AreEqual("JobNotFound", call.GetTagItem("error.type"));
    }
}
