using System.Text.Json.Nodes;

namespace Azure.Compute.Batch.Tests;

[TestClass]
public sealed class RequestTests
{
    [TestMethod]
    public async Task A_task_is_sent_as_the_rest_api_wants_it()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(201));
        var task = new BatchTaskCreateOptions("trial-000-a1", "python3 runner.py")
        {
            DisplayName = "trial",
            Constraints = new BatchTaskConstraints { MaxTaskRetryCount = 0, MaxWallClockTime = TimeSpan.FromMinutes(90) },
            ContainerSettings = new BatchTaskContainerSettings("durableml/image-classifier:1")
            {
                WorkingDirectory = ContainerWorkingDirectory.TaskWorkingDirectory,
                ContainerRunOptions = "--network=host",
            },
            MultiInstanceSettings = new MultiInstanceSettings("true")
            {
                NumberOfInstances = 2,
                CommonResourceFiles = { new ResourceFile { HttpUri = new Uri("https://a.example/code/common"), FilePath = "common" } },
            },
            ResourceFiles = { new ResourceFile { HttpUri = new Uri("https://a.example/code/run.py?sig=a%2Bb"), FilePath = "run.py" } },
            EnvironmentSettings = { new EnvironmentSetting("DML_SEED") { Value = "7" } },
        };

        Response response = await service.Client().CreateTaskAsync("run-1", task);

        Assert.AreEqual(201, response.Status);
        Assert.AreEqual("POST /jobs/run-1/tasks?api-version=2025-06-01", $"{service.Request.Method} {service.Request.Target}");
        Assert.AreEqual("application/json; odata=minimalmetadata", service.Request.Header("Content-Type"));
        JsonNode expected = JsonNode.Parse("""
            {
              "id": "trial-000-a1",
              "displayName": "trial",
              "commandLine": "python3 runner.py",
              "containerSettings": {
                "imageName": "durableml/image-classifier:1",
                "workingDirectory": "taskWorkingDirectory",
                "containerRunOptions": "--network=host"
              },
              "resourceFiles": [{ "httpUrl": "https://a.example/code/run.py?sig=a%2Bb", "filePath": "run.py" }],
              "environmentSettings": [{ "name": "DML_SEED", "value": "7" }],
              "constraints": { "maxWallClockTime": "PT1H30M", "maxTaskRetryCount": 0 },
              "multiInstanceSettings": {
                "numberOfInstances": 2, "coordinationCommandLine": "true",
                "commonResourceFiles": [{ "httpUrl": "https://a.example/code/common", "filePath": "common" }]
              }
            }
            """)!;
        Assert.IsTrue(JsonNode.DeepEquals(expected, JsonNode.Parse(service.Request.Body)), service.Request.Body);
    }

    [TestMethod]
    public async Task Nothing_is_sent_for_what_was_not_set()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(201));
        BatchClient client = service.Client();

        await client.CreateTaskAsync("j", new BatchTaskCreateOptions("t", "hostname"));
        await client.CreateJobAsync(new BatchJobCreateOptions("j", new BatchPoolInfo { PoolId = "p" }));
        await client.CreatePoolAsync(new BatchPoolCreateOptions("p", "standard_d2s_v5") { TargetLowPriorityNodes = 2 });

        CollectionAssert.AreEqual(
            new[]
            {
                """{"id":"t","commandLine":"hostname"}""",
                """{"id":"j","poolInfo":{"poolId":"p"}}""",
                """{"id":"p","vmSize":"standard_d2s_v5","targetLowPriorityNodes":2}""",
            },
            service.Requests.Select(request => request.Body).ToArray());
    }

    [TestMethod]
    public async Task A_task_is_read_and_what_is_not_known_of_it_is_passed_over()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(200, """
            {
              "odata.metadata": "x", "id": "t", "state": "Completed", "futureProperty": { "a": [1] },
              "executionInfo": {
                "exitCode": 1, "retryCount": 3,
                "failureInfo": { "category": "usererror", "code": "FailureExitCode", "message": "m", "details": [] }
              },
              "nodeInfo": { "poolId": "p", "nodeId": "n" }
            }
            """), new Answer(200, """{"id":"t","state":"tomorrows","executionInfo":{"exitCode":null},"nodeInfo":null}"""));
        BatchClient client = service.Client();

        BatchTask ended = await client.GetTaskAsync("j", "t");
        BatchTask waiting = await client.GetTaskAsync("j", "t");

        Assert.AreEqual(("t", BatchTaskState.Completed, "n"), (ended.Id, ended.State, ended.NodeInfo.NodeId));
        BatchTaskFailureInfo failure = ended.ExecutionInfo.FailureInfo;
        Assert.AreEqual((1, "FailureExitCode", "m"), (ended.ExecutionInfo.ExitCode, failure.Code, failure.Message));
        Assert.AreEqual("tomorrows", waiting.State.ToString());
        Assert.IsNull(waiting.ExecutionInfo.ExitCode);
        Assert.IsNull(waiting.ExecutionInfo.FailureInfo);
        Assert.IsNull(waiting.NodeInfo);
    }

    [TestMethod]
    public async Task Every_request_names_itself_and_asks_for_json()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(200, "{}"));

        Response<BatchJob> response = await service.Client().GetJobAsync("j");

        Assert.AreEqual("application/json", service.Request.Header("Accept"));
        Assert.AreEqual("true", service.Request.Header("return-client-request-id"));
        Assert.AreEqual(response.GetRawResponse().ClientRequestId, service.Request.Header("client-request-id"));
    }

    [TestMethod]
    public async Task Parameters_become_query_and_headers()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(202));
        var conditions = new RequestConditions
        {
            IfMatch = new ETag("\"0x8D1\""),
            IfNoneMatch = ETag.All,
            IfModifiedSince = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(1)),
            IfUnmodifiedSince = new DateTimeOffset(2026, 1, 3, 3, 4, 5, TimeSpan.Zero),
        };

        await service.Client().DeleteJobAsync("j", TimeSpan.FromSeconds(25), force: true, requestConditions: conditions);

        Assert.AreEqual("DELETE", service.Request.Method);
        Assert.AreEqual("/jobs/j?api-version=2025-06-01&timeOut=25&force=true", service.Request.Target);
        Assert.AreEqual("\"0x8D1\"", service.Request.Header("If-Match"));
        Assert.AreEqual("*", service.Request.Header("If-None-Match"));
        Assert.AreEqual("Fri, 02 Jan 2026 02:04:05 GMT", service.Request.Header("If-Modified-Since"));
        Assert.AreEqual("Sat, 03 Jan 2026 03:04:05 GMT", service.Request.Header("If-Unmodified-Since"));
    }

    [TestMethod]
    public async Task An_identifier_cannot_leave_its_place_in_the_path_and_an_endpoint_may_have_one()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(200, "{}"));
        var credential = new AzureNamedKeyCredential(RecordingService.Account, RecordingService.Key);
        var client = new BatchClient(new Uri(service.Endpoint, "proxy/batch"), credential);

        await client.GetTaskAsync("../pools", "a/b?c=d#e");

        Assert.AreEqual("/proxy/batch/jobs/..%2Fpools/tasks/a%2Fb%3Fc%3Dd%23e?api-version=2025-06-01", service.Request.Target);
    }

    [TestMethod]
    public async Task An_empty_identifier_is_refused_with_its_name()
    {
        var credential = new AzureNamedKeyCredential(RecordingService.Account, RecordingService.Key);
        var client = new BatchClient(new Uri("http://127.0.0.1:1"), credential);

        ArgumentException e = await Assert.ThrowsExactlyAsync<ArgumentException>(() => client.GetTaskAsync("j", ""));

        Assert.AreEqual("taskId", e.ParamName);
    }

    [TestMethod]
    public async Task Pages_are_followed_by_the_link_that_the_service_gives()
    {
        await using RecordingService service = await RecordingService.StartAsync(request => request.Target switch
        {
            var target when target.Contains("skiptoken=last", StringComparison.Ordinal) => new Answer(200, """{"value":[{"id":"c"}]}"""),
            var target when target.Contains("skiptoken", StringComparison.Ordinal) => Page(request, "[]", "$skiptoken=last"),
            _ => Page(request, """[{"id":"a"},{"id":"b"}]""", "$skiptoken=NzI4%2BMjE%3D"),
        });

        AsyncPageable<BatchJob> jobs = service.Client().GetJobsAsync(maxresults: 2, filter: "state eq 'active'", select: ["id", "state"]);

        CollectionAssert.AreEqual(new[] { "a", "b", "c" }, await jobs.Select(job => job.Id).ToArrayAsync());
        CollectionAssert.AreEqual(
            new[]
            {
                "/jobs?api-version=2025-06-01&maxresults=2&$filter=state%20eq%20%27active%27&$select=id%2Cstate",
                "/jobs?api-version=2025-06-01&$skiptoken=NzI4%2BMjE%3D",
                "/jobs?api-version=2025-06-01&$skiptoken=last",
            },
            service.Requests.Select(request => request.Target.Replace("%24", "$", StringComparison.Ordinal)).ToArray());
    }

    [TestMethod]
    public async Task Reading_goes_on_from_a_continuation_token_and_takes_a_hint_for_the_size_of_pages()
    {
        await using RecordingService service = await RecordingService.StartAsync(
            request => request.Target.Contains("skiptoken", StringComparison.Ordinal)
                ? new Answer(200, """{"value":[{"id":"b"}]}""")
                : Page(request, """[{"id":"a"}]""", "$skiptoken=x"));
        BatchClient client = service.Client();

        Page<BatchNode> first = await client.GetNodesAsync("p").AsPages(pageSizeHint: 7).FirstAsync();
        List<Page<BatchNode>> rest = await client.GetNodesAsync("p").AsPages(first.ContinuationToken).ToListAsync();

        Assert.AreEqual("/pools/p/nodes?api-version=2025-06-01&maxresults=7", service.Requests[0].Target);
        Assert.AreEqual("b", rest.Single().Values.Single().Id);
    }

    private static Answer Page(RecordedRequest request, string values, string next)
    {
        string link = $"http://{request.Header("Host")}{request.Target.Split('?')[0]}?api-version=2025-06-01&{next}";
        return new Answer(200, $$"""{"value":{{values}},"odata.nextLink":"{{link}}"}""");
    }
}
