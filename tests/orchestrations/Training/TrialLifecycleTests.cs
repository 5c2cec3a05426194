using DurableMl.BatchJobs.Outcomes;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Sweeps;
using DurableMl.Orchestrations.Sweeps.Samplers;
using DurableMl.Orchestrations.Training;
using Microsoft.DurableTask;
using NSubstitute;
using Orchestrations.Tests.Fixtures;
using static Orchestrations.Tests.Fixtures.ScriptedTraining;

namespace Orchestrations.Tests.Training;

/// <summary>A trial over hours, on a clock of its own.</summary>
[TestClass]
public sealed class TrialLifecycleTests
{
    private static readonly DateTime Start = new(2026, 11, 23, 0, 0, 0, DateTimeKind.Utc);

    private readonly TaskOrchestrationContext context = Substitute.For<TaskOrchestrationContext>();
    private DateTime now = Start;

    [TestMethod]
    public async Task Waiting_for_a_node_after_a_preemption_does_not_count_as_time_running()
    {
        TrialLifecycle trial = Trial(TimeSpan.FromHours(1), () => (now - Start).TotalHours switch
        {
            < 0.5 => Running(0.5, 1),
            < 9 => Waiting with { Restarts = 1 },
            < 9.4 => Running(0.6, 2, restarts: 1),
            _ => Over(TrialOutcomeKind.Succeeded, 0.9, restarts: 1),
        });

        await EndAsync(trial);

        Assert.AreEqual((TrialState.Completed, 1), (trial.Final!.Value, trial.Record.Attempt));
    }

    [TestMethod]
    public async Task Running_longer_than_the_time_limit_ends_the_attempt()
    {
        TrialLifecycle trial = Trial(TimeSpan.FromHours(1), () => Running(0.5, 1));

        await EndAsync(trial);

        Assert.AreEqual(TrialState.Failed, trial.Final);
        StringAssert.Contains(trial.Record.Error, "sweep.timeLimit");
        Assert.AreEqual(2, trial.Record.Attempt, "a retry, and no more");
    }

    [TestMethod]
    public async Task An_outage_of_hours_costs_a_trial_nothing()
    {
        TrialLifecycle trial = Trial(TimeSpan.FromDays(1), () => (now - Start).TotalHours < 6 ? throw Failure("Azure.RequestFailedException", "Status: 503 (Service Unavailable)") : Over(TrialOutcomeKind.Succeeded, 0.9));

        int looks = await EndAsync(trial);

        Assert.AreEqual((TrialState.Completed, 1, 0), (trial.Final!.Value, trial.Record.Attempt, trial.Record.InfrastructureFailures));
        Assert.IsTrue(looks < 150, $"{looks}: it backs off");
    }

    [TestMethod]
    public async Task An_outage_that_does_not_end_is_given_up_with_its_cause()
    {
        TrialLifecycle trial = Trial(TimeSpan.FromDays(1), () => throw Failure("System.Net.Http.HttpRequestException", "Connection refused"));

        await EndAsync(trial);

        Assert.AreEqual(TrialState.Failed, trial.Final);
        Assert.AreEqual("Batch or storage has not answered for 12 hours: Connection refused", trial.Record.Error);
    }

    [TestMethod]
    public async Task A_task_that_runs_on_though_it_is_hopeless_is_ended()
    {
        TrialLifecycle trial = Trial(TimeSpan.FromDays(1), () => Running(null, 1) with { Outcome = TrialOutcomeKind.NonRetryable, Message = "no such metric" });

        await EndAsync(trial);

        Assert.AreEqual((TrialState.Failed, "no such metric"), (trial.Final!.Value, trial.Record.Error));
        await context.Received(1).CallActivityAsync(Arg.Is<TaskName>(name => name.Name == nameof(EndTrial)), Arg.Any<object?>(), Arg.Any<TaskOptions?>());
    }

    private static TaskFailedException Failure(string type, string message) => new(nameof(ObserveTrial), 0, new TaskFailureDetails(type, message, null, null, null));

    private TrialLifecycle Trial(TimeSpan limit, Func<TrialObservation> look)
    {
        SweepDefinition sweep = PipelineJson.Definition().Sweep with { TimeLimit = limit };
        context.CurrentUtcDateTime.Returns(_ => now);
        context.CallActivityAsync<TrialObservation>(default, default, default).ReturnsForAnyArgs(_ => Task.FromResult(look()));
        context.CallActivityAsync<object>(default, default, default).ReturnsForAnyArgs(Task.FromResult(new object()));
        return new TrialLifecycle(context, new TrialInput(
            "run", "trial-000", "mnist", "v1", new RandomSampler(new SearchSpace(sweep.Parameters), sweep.Seed).Sample(0, []), 1, sweep, HasDedicatedPool: false));
    }

    private async Task<int> EndAsync(TrialLifecycle trial)
    {
        int looks = 0;
        for (; trial.Final is null && looks < 20_000; looks++)
        {
            now += await trial.StepAsync();
        }

        return looks;
    }
}
