using System.Reflection;

namespace Azure.Compute.Batch.Tests;

/// <summary>Each method's verb, path and success, as the REST API's list of operations has them.</summary>
[TestClass]
public sealed class OperationTests
{
    private static readonly BatchPoolInfo PoolInfo = new() { PoolId = "p" };
    private static readonly BatchJobSpecification JobSpecification = new(PoolInfo);

    private static readonly (string Expected, int Status, Action<BatchClient> Call, Func<BatchClient, Task> CallAsync)[] Operations =
    [
        ("GET /applications", 200, c => c.GetApplications().ToList(), c => ReadAsync(c.GetApplicationsAsync())),
        ("GET /applications/a", 200, c => c.GetApplication("a"), c => c.GetApplicationAsync("a")),
        ("GET /poolusagemetrics", 200, c => c.GetPoolUsageMetrics().ToList(), c => ReadAsync(c.GetPoolUsageMetricsAsync())),
        ("POST /pools", 201, c => c.CreatePool(new("p", "v")), c => c.CreatePoolAsync(new("p", "v"))),
        ("GET /pools", 200, c => c.GetPools().ToList(), c => ReadAsync(c.GetPoolsAsync())),
        ("DELETE /pools/p", 202, c => c.DeletePool("p"), c => c.DeletePoolAsync("p")),
        ("HEAD /pools/p", 200, c => c.PoolExists("p"), c => c.PoolExistsAsync("p")),
        ("GET /pools/p", 200, c => c.GetPool("p"), c => c.GetPoolAsync("p")),
        ("PATCH /pools/p", 200, c => c.UpdatePool("p", new BatchPoolUpdateOptions()), c => c.UpdatePoolAsync("p", new BatchPoolUpdateOptions())),
        ("POST /pools/p/disableautoscale", 200, c => c.DisablePoolAutoScale("p"), c => c.DisablePoolAutoScaleAsync("p")),
        ("POST /pools/p/enableautoscale", 200, c => c.EnablePoolAutoScale("p", new()), c => c.EnablePoolAutoScaleAsync("p", new())),
        ("POST /pools/p/evaluateautoscale", 200, c => c.EvaluatePoolAutoScale("p", new("$x=1")), c => c.EvaluatePoolAutoScaleAsync("p", new("$x=1"))),
        ("POST /pools/p/resize", 202, c => c.ResizePool("p", new()), c => c.ResizePoolAsync("p", new())),
        ("POST /pools/p/stopresize", 202, c => c.StopPoolResize("p"), c => c.StopPoolResizeAsync("p")),
        ("POST /pools/p/updateproperties", 204, c => c.ReplacePoolProperties("p", new([], [])), c => c.ReplacePoolPropertiesAsync("p", new([], []))),
        ("POST /pools/p/removenodes", 202, c => c.RemoveNodes("p", new(["n"])), c => c.RemoveNodesAsync("p", new(["n"]))),
        ("GET /supportedimages", 200, c => c.GetSupportedImages().ToList(), c => ReadAsync(c.GetSupportedImagesAsync())),
        ("GET /nodecounts", 200, c => c.GetPoolNodeCounts().ToList(), c => ReadAsync(c.GetPoolNodeCountsAsync())),
        ("DELETE /jobs/j", 202, c => c.DeleteJob("j"), c => c.DeleteJobAsync("j")),
        ("GET /jobs/j", 200, c => c.GetJob("j"), c => c.GetJobAsync("j")),
        ("PATCH /jobs/j", 200, c => c.UpdateJob("j", new()), c => c.UpdateJobAsync("j", new())),
        ("PUT /jobs/j", 200, c => c.ReplaceJob("j", new(PoolInfo)), c => c.ReplaceJobAsync("j", new(PoolInfo))),
        ("POST /jobs/j/disable", 202, c => c.DisableJob("j", new(DisableBatchJobOption.Wait)), c => c.DisableJobAsync("j", new(DisableBatchJobOption.Wait))),
        ("POST /jobs/j/enable", 202, c => c.EnableJob("j"), c => c.EnableJobAsync("j")),
        ("POST /jobs/j/terminate", 202, c => c.TerminateJob("j"), c => c.TerminateJobAsync("j")),
        ("POST /jobs", 201, c => c.CreateJob(new("j", PoolInfo)), c => c.CreateJobAsync(new("j", PoolInfo))),
        ("GET /jobs", 200, c => c.GetJobs().ToList(), c => ReadAsync(c.GetJobsAsync())),
        ("GET /jobschedules/s/jobs", 200, c => c.GetJobsFromSchedules("s").ToList(), c => ReadAsync(c.GetJobsFromSchedulesAsync("s"))),
        ("GET /jobs/j/jobpreparationandreleasetaskstatus", 200, c => c.GetJobPreparationAndReleaseTaskStatuses("j").ToList(), c => ReadAsync(c.GetJobPreparationAndReleaseTaskStatusesAsync("j"))),
        ("GET /jobs/j/taskcounts", 200, c => c.GetJobTaskCounts("j"), c => c.GetJobTaskCountsAsync("j")),
        ("HEAD /jobschedules/s", 200, c => c.JobScheduleExists("s"), c => c.JobScheduleExistsAsync("s")),
        ("DELETE /jobschedules/s", 202, c => c.DeleteJobSchedule("s"), c => c.DeleteJobScheduleAsync("s")),
        ("GET /jobschedules/s", 200, c => c.GetJobSchedule("s"), c => c.GetJobScheduleAsync("s")),
        ("PATCH /jobschedules/s", 200, c => c.UpdateJobSchedule("s", new()), c => c.UpdateJobScheduleAsync("s", new())),
        ("PUT /jobschedules/s", 200, c => c.ReplaceJobSchedule("s", new(JobSpecification)), c => c.ReplaceJobScheduleAsync("s", new(JobSpecification))),
        ("POST /jobschedules/s/disable", 204, c => c.DisableJobSchedule("s"), c => c.DisableJobScheduleAsync("s")),
        ("POST /jobschedules/s/enable", 204, c => c.EnableJobSchedule("s"), c => c.EnableJobScheduleAsync("s")),
        ("POST /jobschedules/s/terminate", 202, c => c.TerminateJobSchedule("s"), c => c.TerminateJobScheduleAsync("s")),
        ("POST /jobschedules", 201, c => c.CreateJobSchedule(new("s", new(), JobSpecification)), c => c.CreateJobScheduleAsync(new("s", new(), JobSpecification))),
        ("GET /jobschedules", 200, c => c.GetJobSchedules().ToList(), c => ReadAsync(c.GetJobSchedulesAsync())),
        ("POST /jobs/j/tasks", 201, c => c.CreateTask("j", new("t", "x")), c => c.CreateTaskAsync("j", new("t", "x"))),
        ("GET /jobs/j/tasks", 200, c => c.GetTasks("j").ToList(), c => ReadAsync(c.GetTasksAsync("j"))),
        ("POST /jobs/j/addtaskcollection", 200, c => c.CreateTaskCollection("j", new([])), c => c.CreateTaskCollectionAsync("j", new([]))),
        ("DELETE /jobs/j/tasks/t", 200, c => c.DeleteTask("j", "t"), c => c.DeleteTaskAsync("j", "t")),
        ("GET /jobs/j/tasks/t", 200, c => c.GetTask("j", "t"), c => c.GetTaskAsync("j", "t")),
        ("PUT /jobs/j/tasks/t", 200, c => c.ReplaceTask("j", "t", new()), c => c.ReplaceTaskAsync("j", "t", new())),
        ("GET /jobs/j/tasks/t/subtasksinfo", 200, c => c.GetSubTasks("j", "t").ToList(), c => ReadAsync(c.GetSubTasksAsync("j", "t"))),
        ("POST /jobs/j/tasks/t/terminate", 204, c => c.TerminateTask("j", "t"), c => c.TerminateTaskAsync("j", "t")),
        ("POST /jobs/j/tasks/t/reactivate", 204, c => c.ReactivateTask("j", "t"), c => c.ReactivateTaskAsync("j", "t")),
        ("DELETE /jobs/j/tasks/t/files/f", 200, c => c.DeleteTaskFile("j", "t", "f"), c => c.DeleteTaskFileAsync("j", "t", "f")),
        ("GET /jobs/j/tasks/t/files/f", 200, c => c.GetTaskFile("j", "t", "f"), c => c.GetTaskFileAsync("j", "t", "f")),
        ("HEAD /jobs/j/tasks/t/files/f", 200, c => c.GetTaskFileProperties("j", "t", "f"), c => c.GetTaskFilePropertiesAsync("j", "t", "f")),
        ("GET /jobs/j/tasks/t/files", 200, c => c.GetTaskFiles("j", "t").ToList(), c => ReadAsync(c.GetTaskFilesAsync("j", "t"))),
        ("POST /pools/p/nodes/n/users", 201, c => c.CreateNodeUser("p", "n", new("u")), c => c.CreateNodeUserAsync("p", "n", new("u"))),
        ("DELETE /pools/p/nodes/n/users/u", 200, c => c.DeleteNodeUser("p", "n", "u"), c => c.DeleteNodeUserAsync("p", "n", "u")),
        ("PUT /pools/p/nodes/n/users/u", 200, c => c.ReplaceNodeUser("p", "n", "u", new()), c => c.ReplaceNodeUserAsync("p", "n", "u", new())),
        ("GET /pools/p/nodes/n", 200, c => c.GetNode("p", "n"), c => c.GetNodeAsync("p", "n")),
        ("POST /pools/p/nodes/n/reboot", 202, c => c.RebootNode("p", "n"), c => c.RebootNodeAsync("p", "n")),
        ("POST /pools/p/nodes/n/start", 202, c => c.StartNode("p", "n"), c => c.StartNodeAsync("p", "n")),
        ("POST /pools/p/nodes/n/deallocate", 202, c => c.DeallocateNode("p", "n"), c => c.DeallocateNodeAsync("p", "n")),
        ("POST /pools/p/nodes/n/reimage", 202, c => c.ReimageNode("p", "n"), c => c.ReimageNodeAsync("p", "n")),
        ("POST /pools/p/nodes/n/disablescheduling", 200, c => c.DisableNodeScheduling("p", "n"), c => c.DisableNodeSchedulingAsync("p", "n")),
        ("POST /pools/p/nodes/n/enablescheduling", 200, c => c.EnableNodeScheduling("p", "n"), c => c.EnableNodeSchedulingAsync("p", "n")),
        ("GET /pools/p/nodes/n/remoteloginsettings", 200, c => c.GetNodeRemoteLoginSettings("p", "n"), c => c.GetNodeRemoteLoginSettingsAsync("p", "n")),
        ("POST /pools/p/nodes/n/uploadbatchservicelogs", 200, c => c.UploadNodeLogs("p", "n", new(new("https://a"), default)), c => c.UploadNodeLogsAsync("p", "n", new(new("https://a"), default))),
        ("GET /pools/p/nodes", 200, c => c.GetNodes("p").ToList(), c => ReadAsync(c.GetNodesAsync("p"))),
        ("GET /pools/p/nodes/n/extensions/e", 200, c => c.GetNodeExtension("p", "n", "e"), c => c.GetNodeExtensionAsync("p", "n", "e")),
        ("GET /pools/p/nodes/n/extensions", 200, c => c.GetNodeExtensions("p", "n").ToList(), c => ReadAsync(c.GetNodeExtensionsAsync("p", "n"))),
        ("DELETE /pools/p/nodes/n/files/f", 200, c => c.DeleteNodeFile("p", "n", "f"), c => c.DeleteNodeFileAsync("p", "n", "f")),
        ("GET /pools/p/nodes/n/files/f", 200, c => c.GetNodeFile("p", "n", "f"), c => c.GetNodeFileAsync("p", "n", "f")),
        ("HEAD /pools/p/nodes/n/files/f", 200, c => c.GetNodeFileProperties("p", "n", "f"), c => c.GetNodeFilePropertiesAsync("p", "n", "f")),
        ("GET /pools/p/nodes/n/files", 200, c => c.GetNodeFiles("p", "n").ToList(), c => ReadAsync(c.GetNodeFilesAsync("p", "n"))),
    ];

    [TestMethod]
    public async Task Every_operation_goes_where_the_rest_api_has_it_in_both_forms()
    {
        int status = 0;
        await using RecordingService service = await RecordingService.StartAsync(_ => new Answer(status, "{}"));
        BatchClient client = service.Client();
        var wrong = new List<string>();
        foreach ((string expected, int success, Action<BatchClient> call, Func<BatchClient, Task> callAsync) in Operations)
        {
            status = success;
            call(client);
            await callAsync(client);
            foreach (RecordedRequest request in service.Requests.TakeLast(2))
            {
                if ($"{request.Method} {request.Target}" != expected + "?api-version=2025-06-01")
                {
                    wrong.Add($"{expected}: {request.Method} {request.Target}");
                }
            }
        }

        Assert.IsEmpty(wrong, string.Join(Environment.NewLine, wrong));
        Assert.HasCount(72, Operations);
    }

    [TestMethod]
    public async Task No_operation_takes_another_success_than_its_own()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(203, "{}"));
        BatchClient client = service.Client();
        foreach ((string expected, _, _, Func<BatchClient, Task> callAsync) in Operations)
        {
            RequestFailedException e = await Assert.ThrowsExactlyAsync<RequestFailedException>(() => callAsync(client), expected);
            Assert.AreEqual(203, e.Status);
        }
    }

    [TestMethod]
    public void Every_method_can_be_mocked_and_has_both_forms_with_the_same_parameters()
    {
        MethodInfo[] methods = [.. typeof(BatchClient).GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly).Where(method => !method.IsSpecialName)];

        Assert.IsEmpty(methods.Where(method => !method.IsVirtual).Select(method => method.Name));
        var forms = methods.ToDictionary(method => method.Name, Parameters);
        Assert.IsEmpty(forms.Where(form => !form.Key.EndsWith("Async", StringComparison.Ordinal) && forms.GetValueOrDefault(form.Key + "Async") != form.Value).Select(form => form.Key));
        // The 72 operations, and CreateTasks over them.
        Assert.HasCount(2 * 73, forms);

        static string Parameters(MethodInfo method) => string.Join(", ", method.GetParameters().Select(parameter => $"{parameter.ParameterType} {parameter.Name} {parameter.DefaultValue}"));
    }

    private static async Task ReadAsync<T>(AsyncPageable<T> pages)
        where T : notnull
    {
        await foreach (T _ in pages)
        {
        }
    }
}
