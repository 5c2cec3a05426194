using DurableMl.Orchestrations.Runs;
using Microsoft.DurableTask.Client;
using NSubstitute;

namespace Orchestrations.Tests.Runs;

[TestClass]
public sealed class RunEventsTests
{
    private readonly DurableTaskClient client = Substitute.For<DurableTaskClient>("hub");

    [TestMethod]
    public async Task An_event_to_an_instance_that_has_not_begun_is_raised_once_it_has()
    {
        var begun = new TaskCompletionSource<OrchestrationMetadata>();
        client.WaitForInstanceStartAsync("run", Arg.Any<CancellationToken>()).Returns(begun.Task);

        Task raised = client.RaiseEventAsync(Instance(OrchestrationRuntimeStatus.Pending), RunEvents.Cancel, "enough", default);
        await client.DidNotReceive().RaiseEventAsync("run", Arg.Any<string>(), Arg.Any<object?>(), Arg.Any<CancellationToken>());
        begun.SetResult(Instance(OrchestrationRuntimeStatus.Running));
        await raised;

        await client.Received(1).RaiseEventAsync("run", RunEvents.Cancel, "enough", Arg.Any<CancellationToken>());
    }

    [TestMethod]
    public async Task An_event_to_an_instance_that_runs_is_raised_at_once()
    {
        await client.RaiseEventAsync(Instance(OrchestrationRuntimeStatus.Running), RunEvents.Cancel, "enough", default);

        await client.DidNotReceive().WaitForInstanceStartAsync("run", Arg.Any<CancellationToken>());
        await client.Received(1).RaiseEventAsync("run", RunEvents.Cancel, "enough", Arg.Any<CancellationToken>());
    }

    [TestMethod]
    public async Task A_caller_that_goes_away_ends_the_wait()
    {
        client.WaitForInstanceStartAsync("run", Arg.Any<CancellationToken>()).Returns(call => Task.FromCanceled<OrchestrationMetadata>(call.Arg<CancellationToken>()));
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();

        await Assert.ThrowsAsync<OperationCanceledException>(() => client.RaiseEventAsync(Instance(OrchestrationRuntimeStatus.Pending), RunEvents.Cancel, "enough", gone.Token));
        await client.DidNotReceive().RaiseEventAsync("run", Arg.Any<string>(), Arg.Any<object?>(), Arg.Any<CancellationToken>());
    }

    private static OrchestrationMetadata Instance(OrchestrationRuntimeStatus status) => new("PipelineOrchestrator", "run") { RuntimeStatus = status };
}
