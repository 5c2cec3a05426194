using System.Net;

namespace Azure.Compute.Batch.Tests.Nodes;

[TestClass]
public sealed class NodeTests
{
    [TestMethod]
    public async Task A_node_is_read()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(200, """
            {"id":"n","url":"https://a/n","state":"Preempted","schedulingState":"enabled","stateTransitionTime":"2026-01-01T00:00:00Z","lastBootTime":"2026-01-01T00:00:00Z",
             "allocationTime":"2026-01-01T00:00:00Z","ipAddress":"10.0.0.4","affinityId":"TVM:n","vmSize":"standard_d2_v3","totalTasksRun":3,"isDedicated":false,
             "recentTasks":[{"jobId":"j","taskId":"t","taskState":"running","executionInfo":{"retryCount":0,"requeueCount":0}}],
             "startTaskInfo":{"state":"completed","startTime":"2026-01-01T00:00:00Z","exitCode":0,"retryCount":0,"result":"success"},
             "errors":[{"code":"c","message":"m","errorDetails":[{"name":"a","value":"b"}]}],
             "nodeAgentInfo":{"version":"1.9","lastUpdateTime":"2026-01-01T00:00:00Z"}}
            """));

        BatchNode node = await service.Client().GetNodeAsync("p", "n");

        Assert.AreEqual(BatchNodeState.Preempted, node.State);
        Assert.AreEqual(IPAddress.Parse("10.0.0.4"), node.IpAddress);
        Assert.IsFalse(node.IsDedicated);
        Assert.AreEqual("t", node.RecentTasks.Single().TaskId);
        Assert.AreEqual(BatchTaskExecutionResult.Success, node.StartTaskInfo.Result);
        Assert.AreEqual("b", node.Errors.Single().ErrorDetails.Single().Value);
    }

    [TestMethod]
    public async Task Restarting_is_done_when_the_node_is_back()
    {
        await using RecordingService service = await RecordingService.StartAsync(
            new Answer(202), new Answer(200, """{"id":"n","state":"rebooting"}"""), new Answer(200, """{"id":"n","state":"idle"}"""));

        RebootNodeOperation operation = await service.Client().RebootNodeAsync(
            "p", "n", new BatchNodeRebootOptions { NodeRebootKind = BatchNodeRebootKind.TaskCompletion });
        Assert.AreEqual("n;p", operation.Id);
        BatchNode node = await operation.WaitForCompletionAsync(TimeSpan.FromMilliseconds(1), default);

        Assert.AreEqual(BatchNodeState.Idle, node.State);
        Assert.AreEqual("""{"nodeRebootOption":"taskcompletion"}""", service.Requests[0].Text);
        Assert.AreEqual("/pools/p/nodes/n", service.Requests[1].Path);
    }

    [TestMethod]
    public void The_identifier_of_a_node_operation_has_two_parts() =>
        Assert.ThrowsExactly<ArgumentException>(() => new ReimageNodeOperation(NSubstitute.Substitute.For<BatchClient>(), "n"));
}
