using System.Net;
using Azure.Compute.Batch;
using Azure.Core;
using DurableMl.BatchJobs.Outcomes;
using NSubstitute;

namespace BatchJobs.Tests.Outcomes;

[TestClass]
public sealed class TrialOutcomeTests
{
    [TestMethod]
    [DataRow(0, "succeeded", TrialOutcomeKind.Succeeded)]
    [DataRow(64, "non-retryable", TrialOutcomeKind.NonRetryable)]
    [DataRow(1, "failed", TrialOutcomeKind.JobFailure)]
    [DataRow(69, "failed", TrialOutcomeKind.JobFailure)]
    [DataRow(69, "infrastructure", TrialOutcomeKind.InfrastructureFailure)]
    public void The_runners_result_decides(int exitCode, string reason, TrialOutcomeKind kind)
    {
        var outcome = TrialOutcome.Classify(Completed("""{"exitCode":1}"""), Result(2, exitCode, reason), attempt: 2);
        Assert.AreEqual(kind, outcome!.Kind);
        Assert.AreEqual(exitCode, outcome.ExitCode);
    }

    [TestMethod]
    public void An_older_attempts_result_says_nothing()
    {
        Assert.IsNull(TrialOutcome.Classify(TaskIn("running", "{}"), Result(1, 1, "failed"), attempt: 2));
    }

    [TestMethod]
    [DataRow("active")]
    [DataRow("preparing")]
    [DataRow("running")]
    public void A_task_that_is_not_completed_is_not_over(string state) =>
        Assert.IsNull(TrialOutcome.Classify(TaskIn(state, "{}"), null, attempt: 1));

    [TestMethod]
    [DataRow("""{"exitCode":1,"failureInfo":{"category":"usererror","code":"FailureExitCode","message":"m"}}""", TrialOutcomeKind.JobFailure)]
    [DataRow("""{"exitCode":64,"failureInfo":{"category":"usererror","code":"FailureExitCode","message":"m"}}""", TrialOutcomeKind.NonRetryable)]
    [DataRow("""{"exitCode":69}""", TrialOutcomeKind.InfrastructureFailure)]
    [DataRow("""{"exitCode":137}""", TrialOutcomeKind.Preempted)]
    [DataRow("""{"exitCode":143}""", TrialOutcomeKind.Preempted)]
    [DataRow("""{"exitCode":0}""", TrialOutcomeKind.InfrastructureFailure)]
    [DataRow("""{"exitCode":137,"failureInfo":{"category":"servererror","code":"TaskEnded","message":"wall clock"}}""", TrialOutcomeKind.JobFailure)]
    [DataRow("""{"failureInfo":{"category":"usererror","code":"BlobAccessDenied","message":"m"}}""", TrialOutcomeKind.InfrastructureFailure)]
    [DataRow("""{"failureInfo":{"category":"servererror","code":"ContainerInvalidImage","message":"m"}}""", TrialOutcomeKind.InfrastructureFailure)]
    public void Without_a_result_the_task_decides(string executionInfo, TrialOutcomeKind kind)
    {
        var outcome = TrialOutcome.Classify(Completed(executionInfo), null, attempt: 1);
        Assert.AreEqual(kind, outcome!.Kind);
        Assert.AreNotEqual("", outcome.Message);
    }

    [TestMethod]
    public void A_task_that_Batch_no_longer_knows_is_an_infrastructure_failure() =>
        Assert.AreEqual(TrialOutcomeKind.InfrastructureFailure, TrialOutcome.Classify(null, null, attempt: 1)!.Kind);

    private static TrialResult Result(int attempt, int exitCode, string reason) => new() { Attempt = attempt, ExitCode = exitCode, Reason = reason };

    private static BatchTask Completed(string executionInfo) => TaskIn("completed", executionInfo);

    private static BatchTask TaskIn(string state, string executionInfo)
    {
        var json = $$"""
            {"id":"trial-000-a1","state":"{{state}}","eTag":"1","lastModified":"2026-01-01T00:00:00Z","creationTime":"2026-01-01T00:00:00Z",
             "stateTransitionTime":"2026-01-01T00:00:00Z","commandLine":"true","url":"https://account/jobs/j/tasks/t","executionInfo":{{executionInfo}}}
            """;
        var response = Substitute.For<Azure.Response>();
        response.Content.Returns(new BinaryData(json));
        response.ContentStream.Returns(_ => new MemoryStream(System.Text.Encoding.UTF8.GetBytes(json)));
        return (BatchTask)response;
    }
}
