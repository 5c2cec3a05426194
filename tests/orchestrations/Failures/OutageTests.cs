using DurableMl.Orchestrations.Failures;
using Microsoft.DurableTask;
using NSubstitute;

namespace Orchestrations.Tests.Failures;

[TestClass]
public sealed class OutageTests
{
    [TestMethod]
    [DataRow("Azure.RequestFailedException", "Service request failed.\nStatus: 503 (Service Unavailable)\nErrorCode: ServerBusy", true)]
    [DataRow("Azure.RequestFailedException", "Status: 429 (Too Many Requests)", true)]
    [DataRow("Azure.RequestFailedException", "Connection refused (127.0.0.1:10000)", true)]
    [DataRow("System.Net.Http.HttpRequestException", "Name or service not known", true)]
    [DataRow("System.Threading.Tasks.TaskCanceledException", "A task was canceled.", true)]
    [DataRow("Azure.RequestFailedException", "The value is not valid.\nStatus: 400 (Bad Request)", false)]
    [DataRow("Azure.RequestFailedException", "Status: 403 (Forbidden)", false)]
    [DataRow("System.InvalidOperationException", "poison", false)]
    public void An_outage_is_told_from_other_failures(string type, string message, bool outage)
    {
        Assert.AreEqual(outage, Outage.Is(new TaskFailureDetails(type, message, null, null, null)));
        Assert.AreEqual(outage, Outage.Is(new TaskFailureDetails("System.AggregateException", "Retry failed after 6 tries.", null, new TaskFailureDetails(type, message, null, null, null), null)));
    }

    [TestMethod]
    [DataRow("Azure.RequestFailedException", "Status: 503 (Service Unavailable)", 120, 8, true)]
    [DataRow("Azure.RequestFailedException", "Status: 503 (Service Unavailable)", 160, 13, false)]
    [DataRow("System.InvalidOperationException", "poison", 4, 0, true)]
    [DataRow("System.InvalidOperationException", "poison", 5, 0, false)]
    [DataRow("DurableMl.Orchestrations.Failures.PermanentFailureException", "wrong", 1, 0, false)]
    public async Task Outages_are_waited_out_for_hours_and_nothing_else_is(string type, string message, int attempt, int hours, bool again)
    {
        TaskOrchestrationContext context = Substitute.For<TaskOrchestrationContext>();
        context.CreateTimer(Arg.Any<DateTime>(), Arg.Any<CancellationToken>()).Returns(Task.CompletedTask);
        var retry = new Microsoft.DurableTask.RetryContext(context, attempt, new TaskFailureDetails(type, message, null, null, null), TimeSpan.FromHours(hours), CancellationToken.None);

        Assert.AreEqual(again, await ActivityRetries.Until(new TaskCompletionSource().Task).Retry!.Handler!(retry));
        Assert.IsFalse(await ActivityRetries.Until(Task.CompletedTask).Retry!.Handler!(retry), "a cancellation ends the waiting");
    }
}
