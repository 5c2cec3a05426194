using NSubstitute;

namespace Azure.Compute.Batch.Tests;

[TestClass]
public sealed class MockingTests
{
    [TestMethod]
    public async Task A_client_can_be_mocked_with_models_of_the_factory()
    {
        BatchClient client = Substitute.For<BatchClient>();
        BatchTask task = ComputeBatchModelFactory.BatchTask(
            id: "t",
            state: BatchTaskState.Completed,
            executionInfo: ComputeBatchModelFactory.BatchTaskExecutionInfo(exitCode: 64, result: BatchTaskExecutionResult.Failure));
        client.GetTaskAsync("j", "t", cancellationToken: Arg.Any<CancellationToken>())
            .Returns(Task.FromResult(Response.FromValue(task, Substitute.For<Response>())));

        BatchTask read = await client.GetTaskAsync("j", "t");

        Assert.AreEqual(64, read.ExecutionInfo.ExitCode);
        Assert.IsEmpty(read.ResourceFiles);
    }
}
