using System.Text.Json.Nodes;

namespace Azure.Compute.Batch.Tests.Tasks;

[TestClass]
public sealed class TaskRequestTests
{
    [TestMethod]
    public async Task A_task_is_sent_as_the_rest_api_wants_it()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(201));
        var task = new BatchTaskCreateOptions("trial-000-a1", "python3 runner.py")
        {
            DisplayName = "trial",
            RequiredSlots = 2,
            Constraints = new BatchTaskConstraints { MaxTaskRetryCount = 0, MaxWallClockTime = TimeSpan.FromMinutes(90), RetentionTime = TimeSpan.FromDays(7) },
            ContainerSettings = new BatchTaskContainerSettings("durableml/image-classifier:1")
            {
                WorkingDirectory = ContainerWorkingDirectory.TaskWorkingDirectory,
                Registry = new ContainerRegistryReference { RegistryServerUri = new Uri("registry.example", UriKind.Relative) },
            },
            UserIdentity = new UserIdentity { AutoUser = new AutoUserSpecification { Scope = AutoUserScope.Pool, ElevationLevel = ElevationLevel.NonAdmin } },
            DependsOn = new BatchTaskDependencies { TaskIds = { "first" }, TaskIdRanges = { new BatchTaskIdRange(1, 5) } },
            ExitConditions = new ExitConditions
            {
                ExitCodes = { new ExitCodeMapping(64, new ExitOptions { DependencyAction = DependencyAction.Satisfy }) },
                Default = new ExitOptions { JobAction = BatchJobActionKind.Terminate },
            },
            MultiInstanceSettings = new MultiInstanceSettings("/bin/true") { NumberOfInstances = 2 },
        };
        task.ResourceFiles.Add(new ResourceFile { HttpUri = new Uri("https://account.example/code/runner.py?sig=a%2Bb"), FilePath = "runner.py" });
        task.EnvironmentSettings.Add(new EnvironmentSetting("DML_SEED") { Value = "7" });
        task.OutputFiles.Add(new OutputFile(
            "../std*.txt",
            new OutputFileDestination { Container = new OutputFileBlobContainerDestination(new Uri("https://account.example/runs?sig=x")) { Path = "logs" } },
            new OutputFileUploadConfig(OutputFileUploadCondition.TaskCompletion)));

        Response response = await service.Client().CreateTaskAsync("run-1", task);

        Assert.AreEqual(201, response.Status);
        RecordedRequest request = service.Request;
        Assert.AreEqual("POST", request.Method);
        Assert.AreEqual("/jobs/run-1/tasks?api-version=2025-06-01", request.Target);
        Assert.AreEqual("application/json; odata=minimalmetadata", request.Header("Content-Type"));
        JsonNode expected = JsonNode.Parse("""
            {
              "id": "trial-000-a1",
              "displayName": "trial",
              "commandLine": "python3 runner.py",
              "exitConditions": {
                "exitCodes": [{ "code": 64, "exitOptions": { "dependencyAction": "satisfy" } }],
                "default": { "jobAction": "terminate" }
              },
              "containerSettings": {
                "imageName": "durableml/image-classifier:1",
                "registry": { "registryServer": "registry.example" },
                "workingDirectory": "taskWorkingDirectory"
              },
              "resourceFiles": [{ "httpUrl": "https://account.example/code/runner.py?sig=a%2Bb", "filePath": "runner.py" }],
              "outputFiles": [{
                "filePattern": "../std*.txt",
                "destination": { "container": { "path": "logs", "containerUrl": "https://account.example/runs?sig=x" } },
                "uploadOptions": { "uploadCondition": "taskcompletion" }
              }],
              "environmentSettings": [{ "name": "DML_SEED", "value": "7" }],
              "constraints": { "maxWallClockTime": "PT1H30M", "retentionTime": "P7D", "maxTaskRetryCount": 0 },
              "requiredSlots": 2,
              "userIdentity": { "autoUser": { "scope": "pool", "elevationLevel": "nonadmin" } },
              "multiInstanceSettings": { "numberOfInstances": 2, "coordinationCommandLine": "/bin/true" },
              "dependsOn": { "taskIds": ["first"], "taskIdRanges": [{ "start": 1, "end": 5 }] }
            }
            """)!;
        Assert.IsTrue(JsonNode.DeepEquals(expected, request.Json), request.Text);
    }

    [TestMethod]
    public async Task Nothing_is_sent_for_what_was_not_set()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(201));

        await service.Client().CreateTaskAsync("j", new BatchTaskCreateOptions("t", "hostname"));

        Assert.AreEqual("""{"id":"t","commandLine":"hostname"}""", service.Request.Text);
    }

    [TestMethod]
    public async Task A_task_is_read_with_all_that_the_service_says_of_it()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(200, """
            {
              "odata.metadata": "https://a.r.batch.azure.com/$metadata#tasks/@Element",
              "id": "t", "url": "https://a.r.batch.azure.com/jobs/j/tasks/t", "eTag": "0x8D", "lastModified": "2026-05-04T03:02:01.1234567Z",
              "creationTime": "2026-05-04T03:02:01Z", "state": "Completed", "stateTransitionTime": "2026-05-04T03:03:01Z",
              "previousState": "running", "previousStateTransitionTime": "2026-05-04T03:02:30Z", "commandLine": "false",
              "constraints": { "maxWallClockTime": "P10675199DT2H48M5.4775807S", "retentionTime": "P7D", "maxTaskRetryCount": 3 },
              "resourceFiles": [{ "httpUrl": "https://x/y", "filePath": "y" }], "futureProperty": { "a": [1] },
              "executionInfo": {
                "startTime": "2026-05-04T03:02:30Z", "endTime": "2026-05-04T03:03:01Z", "exitCode": 1, "retryCount": 3, "requeueCount": 1,
                "result": "failure",
                "failureInfo": { "category": "usererror", "code": "FailureExitCode", "message": "m", "details": [{ "name": "Message", "value": "d" }] }
              },
              "nodeInfo": { "poolId": "p", "nodeId": "n", "nodeUrl": "https://x/n", "taskRootDirectory": "workitems/j/job-1/t" },
              "stats": { "url": "https://x/s", "startTime": "2026-05-04T03:02:30Z", "lastUpdateTime": "2026-05-04T03:02:30Z",
                "userCPUTime": "PT1.5S", "kernelCPUTime": "PT0S", "wallClockTime": "PT31S", "readIOps": "9007199254740993", "writeIOps": "2",
                "readIOGiB": 0.5, "writeIOGiB": 0.25, "waitTime": "PT29S" }
            }
            """));

        BatchTask task = await service.Client().GetTaskAsync("j", "t");

        Assert.AreEqual("t", task.Id);
        Assert.AreEqual(BatchTaskState.Completed, task.State);
        Assert.AreEqual(BatchTaskState.Running, task.PreviousState);
        Assert.AreEqual(new ETag("0x8D"), task.ETag);
        Assert.AreEqual(new DateTimeOffset(2026, 5, 4, 3, 2, 1, TimeSpan.Zero).AddTicks(1234567), task.LastModified);
        Assert.AreEqual(TimeSpan.MaxValue, task.Constraints.MaxWallClockTime);
        Assert.AreEqual(1, task.ExecutionInfo.ExitCode);
        Assert.AreEqual(BatchTaskExecutionResult.Failure, task.ExecutionInfo.Result);
        Assert.AreEqual(BatchErrorSourceCategory.UserError, task.ExecutionInfo.FailureInfo.Category);
        Assert.AreEqual("d", task.ExecutionInfo.FailureInfo.Details.Single().Value);
        Assert.AreEqual("y", task.ResourceFiles.Single().FilePath);
        Assert.IsEmpty(task.OutputFiles);
        Assert.AreEqual(9007199254740993, task.TaskStatistics.ReadIops);
        Assert.AreEqual(TimeSpan.FromSeconds(1.5), task.TaskStatistics.UserCpuTime);
        Assert.AreEqual("GET /jobs/j/tasks/t?api-version=2025-06-01", $"{service.Request.Method} {service.Request.Target}");
    }
}
